package com.amplihack.auth.session;

import com.amplihack.auth.audit.AuditEntry;
import com.amplihack.auth.store.SessionStore.Device;
import com.amplihack.auth.web.ClientContext;

/**
 * One request to refresh.
 *
 * @param token a refresh token whose MAC holds
 * @param proof what came to prove its session
 * @param name {@link RefreshTokenCodec#nameOf}, or the empty string
 */
record RefreshRequest(RefreshToken token, SessionProof proof, String name, ClientContext client) {
    /** Says in an audit entry whose session it is about. */
    AuditEntry about(AuditEntry entry) {
        return entry.user(token.subject()).session(token.sid());
    }

    Device device() {
        return Device.of(client);
    }
}
