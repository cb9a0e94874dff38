package com.amplihack.auth.session;

import com.amplihack.auth.store.SecurityStore.Device;
import com.amplihack.auth.web.ClientContext;

/**
 * One request to refresh.
 *
 * @param token a refresh token whose MAC holds
 * @param proof what came to prove its session
 * @param name {@link RefreshTokenCodec#nameOf}, or the empty string
 */
record RefreshRequest(RefreshToken token, SessionProof proof, String name, ClientContext client) {
    Device device() {
        return Device.of(client);
    }
}
