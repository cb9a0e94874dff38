package com.amplihack.auth.token;

import java.security.SecureRandom;
import java.util.regex.Pattern;

/**
 * The secret that proves a session: 256 random bits in base64url (cookie {@code session_id}, member {@code
 * session_handle}); tokens and store hold only its SHA-256, the {@code sid}.
 */
public record SessionHandle(String value) {
    private static final SecureRandom RANDOM = new SecureRandom();
    /** 32 bytes in base64url: a handle, or a {@code sid}. */
    static final Pattern SHAPE = Pattern.compile("[A-Za-z0-9_-]{43}");

    public static SessionHandle fresh() {
        byte[] secret = new byte[32];
        RANDOM.nextBytes(secret);
        return new SessionHandle(Sha256.base64url(secret));
    }

    /** Whether a value is well-formed as a handle. */
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
