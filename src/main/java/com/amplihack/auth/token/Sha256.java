package com.amplihack.auth.token;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

/** SHA-256 as base64url without padding, 43 characters. */
public final class Sha256 {
    private Sha256() {}

    public static String of(String text) {
        return base64url(digest().digest(text.getBytes(StandardCharsets.UTF_8)));
    }

    /** Domain-separated by purpose. */
    public static String of(String purpose, byte[] secret) {
        MessageDigest digest = digest();
        digest.update(purpose.getBytes(StandardCharsets.US_ASCII));
        digest.update((byte) 0);
        return base64url(digest.digest(secret));
    }

    public static String base64url(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private static MessageDigest digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
