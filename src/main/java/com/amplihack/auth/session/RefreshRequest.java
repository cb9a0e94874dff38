package com.amplihack.auth.session;

import com.amplihack.auth.audit.AuditEntry;
import com.amplihack.auth.store.SessionStore.Device;
import com.amplihack.auth.web.ClientContext;

/**
 * One refresh request.
 *
 * @param token a refresh token whose MAC is valid
 * @param name the request's name ({@link RefreshTokenCodec#nameOf}), or the empty string
 */
record RefreshRequest(RefreshToken token, SessionProof proof, String name, ClientContext client) {
    /** Adds the user and session to an audit entry. */
    AuditEntry about(AuditEntry entry) {
        return entry.user(token.subject()).session(token.sid());
    }

    Device device() {
        return Device.of(client);
    }
}
