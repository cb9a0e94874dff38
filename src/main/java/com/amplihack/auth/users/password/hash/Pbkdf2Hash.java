package com.amplihack.auth.users.password.hash;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;

/**
 * A hash of PBKDF2 (RFC 8018 section 5.2) with HMAC-SHA-1, -256 or -512: {@code $pbkdf2-sha256$29000$salt$hash} as
 * passlib writes it, {@code $pbkdf2-sha256$i=29000,l=32$salt$hash}, or Django's {@code pbkdf2_sha256$600000$salt$hash},
 * whose salt is text.
 */
final class Pbkdf2Hash implements StoredHash {
    private static final int MAX_ITERATIONS = 2_000_000; // about two seconds
    private static final Pattern PHC = Pattern.compile("\\$pbkdf2(?:-(sha1|sha256|sha512))?"
            + "\\$(?:i=)?([1-9]\\d{0,8})(?:,l=(\\d{1,3}))?\\$([A-Za-z0-9+/.]+={0,2})\\$([A-Za-z0-9+/.]+={0,2})");
    private static final Pattern DJANGO =
            Pattern.compile("pbkdf2_(sha1|sha256|sha512)\\$([1-9]\\d{0,8})\\$([!-#%-~]+)\\$([A-Za-z0-9+/]+={0,2})");
    private static final Map<String, String> ALGORITHMS =
            Map.of("sha1", "PBKDF2WithHmacSHA1", "sha256", "PBKDF2WithHmacSHA256", "sha512", "PBKDF2WithHmacSHA512");

    private final String algorithm;
    private final int iterations;
    private final byte[] salt;
    private final byte[] hash;

    private Pbkdf2Hash(String digest, int iterations, byte[] salt, byte[] hash) throws UnsupportedHashException {
        if (iterations > MAX_ITERATIONS) {
            throw new UnsupportedHashException("at most " + MAX_ITERATIONS + " iterations");
        }
        algorithm = ALGORITHMS.getOrDefault(digest, "");
        this.iterations = iterations;
        this.salt = HashBytes.salt(salt);
        this.hash = HashBytes.hash(hash);
    }

    static Pbkdf2Hash read(String text) throws UnsupportedHashException {
        Matcher django = DJANGO.matcher(text);
        if (django.matches()) {
            return new Pbkdf2Hash(
                    django.group(1),
                    Integer.parseInt(django.group(2)),
                    django.group(3).getBytes(StandardCharsets.US_ASCII),
                    HashBytes.base64(django.group(4)));
        }
        Matcher phc = PHC.matcher(text);
        if (!phc.matches()) {
            throw new UnsupportedHashException("must be $pbkdf2-sha256$i=…$salt$hash, $pbkdf2-sha256$…$salt$hash or"
                    + " pbkdf2_sha256$…$salt$hash; sha1 and sha512 likewise");
        }
        byte[] hash = HashBytes.base64(phc.group(5));
        if (phc.group(3) != null && Integer.parseInt(phc.group(3)) != hash.length) {
            throw new UnsupportedHashException("l: is not the length of the hash");
        }
        String digest = phc.group(1) == null ? "sha1" : phc.group(1);
        return new Pbkdf2Hash(digest, Integer.parseInt(phc.group(2)), HashBytes.base64(phc.group(4)), hash);
    }

    @Override
    public boolean matches(String password) {
        PBEKeySpec spec = new PBEKeySpec(password.toCharArray(), salt, iterations, hash.length * 8);
        try {
            byte[] derived =
                    SecretKeyFactory.getInstance(algorithm).generateSecret(spec).getEncoded();
            return MessageDigest.isEqual(derived, hash);
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        } finally {
            spec.clearPassword();
        }
    }

    @Override
    public long memoryKib() {
        return 1;
    }
}
