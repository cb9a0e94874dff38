package com.amplihack.auth.token;

import java.security.SecureRandom;
import java.util.regex.Pattern;

/**
 * The secret that proves a session: 256 random bits in base64url, given to the client once (cookie {@code session_id} or
 * member {@code session_handle}). The {@code sid} of its tokens is its SHA-256, so that no token and no store holds it.
 */
public record SessionHandle(String value) {
    private static final SecureRandom RANDOM = new SecureRandom();
    /** Of a secret, and of the {@code sid} that is made of it: 32 bytes in base64url. */
    static final Pattern SHAPE = Pattern.compile("[A-Za-z0-9_-]{43}");

    public static SessionHandle fresh() {
        byte[] secret = new byte[32];
        RANDOM.nextBytes(secret);
        return new SessionHandle(Sha256.base64url(secret));
    }

    /** Whether a value could be one of ours at all. */
    public static boolean hasShape(String value) {
        return SHAPE.matcher(value).matches();
    }

    public String sid() {
        return Sha256.of(value);
    }

    @Override
    public String toString() {
        return "***";
    }
}
