package com.amplihack.auth.token;

import com.amplihack.auth.client.ClientContext;
import com.amplihack.auth.store.SecurityStore.Device;

/**
 * One request to refresh.
 *
 * @param token a refresh token whose MAC holds
 * @param proof what came to prove its session
 * @param key hash of the client's {@code Idempotency-Key} and the token that it names a request for, or the empty string:
 *     the same key with another token is another request
 */
record RefreshRequest(RefreshToken token, SessionProof proof, String key, ClientContext client) {
    static RefreshRequest of(RefreshToken token, SessionProof proof, String idempotencyKey, ClientContext client) {
        String key = idempotencyKey.isEmpty() ? "" : Sha256.of(token.hash() + ' ' + idempotencyKey);
        return new RefreshRequest(token, proof, key, client);
    }

    Device device() {
        return Device.of(client);
    }
}
