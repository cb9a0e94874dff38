package com.amplihack.auth.token;

import com.amplihack.auth.client.ClientContext;
import com.amplihack.auth.store.SecurityStore.Device;
import java.util.regex.Pattern;

/**
 * One request to refresh.
 *
 * @param token a refresh token whose MAC holds
 * @param proof what came to prove its session
 * @param key hash of the client's {@code Idempotency-Key} and the token that it names a request for, or the empty string:
 *     the same key with another token is another request
 */
record RefreshRequest(RefreshToken token, SessionProof proof, String key, ClientContext client) {
    private static final int DEVICE_LENGTH = 64;
    private static final Pattern NOT_ASCII = Pattern.compile("[^ -~]");

    static RefreshRequest of(RefreshToken token, SessionProof proof, String idempotencyKey, ClientContext client) {
        String key = idempotencyKey.isEmpty() ? "" : Sha256.of(token.hash() + ' ' + idempotencyKey);
        return new RefreshRequest(token, proof, key, client);
    }

    /** The client as a session remembers it; a character of the name is a byte in the store. */
    static Device device(ClientContext client) {
        String userAgent = NOT_ASCII.matcher(client.userAgent()).replaceAll("?");
        return new Device(client.address(), userAgent.substring(0, Math.min(DEVICE_LENGTH, userAgent.length())));
    }

    Device device() {
        return device(client);
    }
}
