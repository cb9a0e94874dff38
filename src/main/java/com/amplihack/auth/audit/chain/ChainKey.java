package com.amplihack.auth.audit.chain;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The key of one line: it is derived from the key of the line before, from which no way leads back. Whoever takes the node
 * over finds the key of the next line and can rewrite none that is written. Not thread-safe.
 */
public final class ChainKey {
    /** 256 bits. */
    public static final int BYTES = 32;

    private static final String ALGORITHM = "HmacSHA256";
    private static final byte[] NEXT = "amplihack-auth audit next key v1".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] NAME = "amplihack-auth audit chain name v1".getBytes(StandardCharsets.US_ASCII);
    private static final SecureRandom RANDOM = new SecureRandom();

    private final byte[] bytes;

    private ChainKey(byte[] bytes) {
        this.bytes = bytes;
    }

    /** The first key of a new chain. */
    static ChainKey random() {
        byte[] bytes = new byte[BYTES];
        RANDOM.nextBytes(bytes);
        return new ChainKey(bytes);
    }

    /**
     * A key that was kept.
     *
     * @param bytes {@value #BYTES} of them
     */
    public static ChainKey of(byte[] bytes) {
        if (bytes.length != BYTES) {
            throw new IllegalArgumentException("a key has " + BYTES + " bytes");
        }
        return new ChainKey(bytes.clone());
    }

    /** The value that stands as {@code prev} in the first line of the chain that begins with this key. */
    String chainName() {
        return hash(NAME);
    }

    /** HMAC-SHA-256 as base64url. */
    String hash(byte[] canonical) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(mac(canonical));
    }

    ChainKey next() {
        return new ChainKey(mac(NEXT));
    }

    byte[] bytes() {
        return bytes.clone();
    }

    /** Overwrites the key in memory. */
    public void erase() {
        Arrays.fill(bytes, (byte) 0);
    }

    private byte[] mac(byte[] message) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(bytes, ALGORITHM));
            return mac.doFinal(message);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has " + ALGORITHM, e);
        }
    }
}
