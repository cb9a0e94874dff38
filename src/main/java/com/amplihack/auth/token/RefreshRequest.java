package com.amplihack.auth.token;

import com.amplihack.auth.client.ClientContext;
import com.amplihack.auth.store.SecurityStore.Device;

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
