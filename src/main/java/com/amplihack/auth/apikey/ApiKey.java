package com.amplihack.auth.apikey;

import com.amplihack.auth.token.Sha256;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Optional;
import java.util.zip.CRC32;

/**
 * An API key: {@code amp_}, 16 characters of id, 43 of secret (256 bits) and 6 of checksum (CRC-32 of what precedes it), all
 * base62, so that a scanner finds it and a typing error costs no look-up.
 */
public final class ApiKey {
    public static final String PREFIX = "amp_";

    /** Characters of {@link #id}; 95 bits, so that two are never alike. */
    public static final int ID_LENGTH = 16;

    private static final String ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private static final int SECRET_LENGTH = 43; // 62^43 > 2^256
    private static final int CHECKSUM_LENGTH = 6; // 62^6 > 2^32
    private static final int BEFORE_CHECKSUM = PREFIX.length() + ID_LENGTH + SECRET_LENGTH;
    private static final int LENGTH = BEFORE_CHECKSUM + CHECKSUM_LENGTH;

    private final String text;

    private ApiKey(String text) {
        this.text = text;
    }

    /** Whether a credential claims to be an API key, well-formed or not. */
    public static boolean isOne(String credential) {
        return credential.startsWith(PREFIX);
    }

    /** Reads a key; empty if its length, a character or its checksum is wrong. */
    public static Optional<ApiKey> parse(String text) {
        if (text.length() != LENGTH || !text.startsWith(PREFIX)) {
            return Optional.empty();
        }
        for (int i = PREFIX.length(); i < LENGTH; i++) {
            if (!isBase62(text.charAt(i))) {
                return Optional.empty();
            }
        }
        boolean intact = checksum(text.substring(0, BEFORE_CHECKSUM)).equals(text.substring(BEFORE_CHECKSUM));
        return intact ? Optional.of(new ApiKey(text)) : Optional.empty();
    }

    /** A new key, uniformly distributed. */
    public static ApiKey random(SecureRandom random) {
        StringBuilder characters = new StringBuilder();
        for (int i = 0; i < ID_LENGTH + SECRET_LENGTH; i++) {
            characters.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
        }
        return spelled(characters.toString());
    }

    /** The key with this id and secret. */
    static ApiKey spelled(String idAndSecret) {
        String text = PREFIX + idAndSecret;
        return new ApiKey(text + checksum(text));
    }

    /** The public part, by which the key is found; it starts with no {@value #PREFIX}. */
    public String id() {
        return text.substring(PREFIX.length(), PREFIX.length() + ID_LENGTH);
    }

    /** The whole key, to be shown to its owner once. */
    public String reveal() {
        return text;
    }

    /**
     * What is stored instead of the secret: SHA-256 of the whole key in base64url. A slow hash would bring nothing, as
     * the secret has 256 random bits.
     */
    public String hash() {
        return Sha256.of(text);
    }

    /** Whether a text has the form of a key's id. */
    public static boolean isId(String text) {
        return text.length() == ID_LENGTH && text.chars().allMatch(c -> isBase62((char) c));
    }

    private static boolean isBase62(char c) {
        return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    }

    private static String checksum(String of) {
        CRC32 crc = new CRC32();
        crc.update(of.getBytes(StandardCharsets.US_ASCII));
        long value = crc.getValue();
        char[] digits = new char[CHECKSUM_LENGTH];
        for (int i = CHECKSUM_LENGTH - 1; i >= 0; i--) {
            digits[i] = ALPHABET.charAt((int) (value % ALPHABET.length()));
            value /= ALPHABET.length();
        }
        return new String(digits);
    }

    @Override
    public String toString() {
        return PREFIX + id() + "***";
    }
}
