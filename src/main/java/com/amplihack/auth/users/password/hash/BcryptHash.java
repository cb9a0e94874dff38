package com.amplihack.auth.users.password.hash;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bouncycastle.crypto.generators.OpenBSDBCrypt;

/**
 * A hash of bcrypt ({@code $2a$}, {@code $2b$}, {@code $2y$}), which reads the first 72 bytes of a password only, or of
 * Django's {@code bcrypt_sha256}, which reads them all.
 */
final class BcryptHash implements StoredHash {
    static final String SHA256 = "bcrypt_sha256$";

    /** 2^14 rounds take about a second; 2^10 to 2^12 are usual. */
    private static final int MAX_COST = 14;

    private static final int MIN_COST = 4;

    /** Of {@code $2b$10$} and 22 characters of salt. */
    private static final int SALT_END = 7 + 22;

    private static final String DIGITS = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    private static final Pattern FORM =
            Pattern.compile("(bcrypt_sha256\\$)?(\\$2[aby]\\$(\\d\\d)\\$[./A-Za-z0-9]{53})");

    private final String crypt;
    private final boolean digested;

    private BcryptHash(String crypt, boolean digested) {
        this.crypt = crypt;
        this.digested = digested;
    }

    static BcryptHash read(String text) throws UnsupportedHashException {
        Matcher form = FORM.matcher(text);
        if (!form.matches()) {
            throw new UnsupportedHashException(
                    "must be $2a$, $2b$ or $2y$, the cost of two digits, $, and 53 characters");
        }
        int cost = Integer.parseInt(form.group(3));
        if (cost < MIN_COST || cost > MAX_COST) {
            throw new UnsupportedHashException("cost: " + MIN_COST + " to " + MAX_COST);
        }
        return new BcryptHash(canonical(form.group(2)), form.group(1) != null);
    }

    /** Clears the bits beyond the salt's and the hash's bytes, which some implementations set and others ignore. */
    private static String canonical(String crypt) {
        return crypt.substring(0, SALT_END - 1)
                + digit(crypt.charAt(SALT_END - 1), 0x30)
                + crypt.substring(SALT_END, crypt.length() - 1)
                + digit(crypt.charAt(crypt.length() - 1), 0x3C);
    }

    private static char digit(char digit, int bits) {
        return DIGITS.charAt(DIGITS.indexOf(digit) & bits);
    }

    @Override
    public boolean matches(String password) {
        byte[] utf8 = password.getBytes(StandardCharsets.UTF_8);
        return OpenBSDBCrypt.checkPassword(crypt, digested ? hexDigest(utf8) : utf8);
    }

    private static byte[] hexDigest(byte[] utf8) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(utf8);
            return HexFormat.of().formatHex(digest).getBytes(StandardCharsets.US_ASCII);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    @Override
    public long memoryKib() {
        return 4;
    }
}
