package com.amplihack.auth.users.password.hash;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bouncycastle.crypto.generators.SCrypt;

/**
 * A hash of scrypt (RFC 7914): {@code $scrypt$ln=16,r=8,p=1$salt$hash} as passlib writes it, or {@code $7$} of crypt(5),
 * whose salt is text. It is computed on Java's heap.
 */
final class ScryptHash implements StoredHash {
    private static final Pattern PHC = Pattern.compile("\\$scrypt\\$ln=([1-9]\\d?),r=([1-9]\\d{0,4}),p=([1-9]\\d{0,4})"
            + "\\$([A-Za-z0-9+/.]+={0,2})\\$([A-Za-z0-9+/.]+={0,2})");
    private static final Pattern CRYPT = Pattern.compile(
            "\\$7\\$([./A-Za-z0-9])([./A-Za-z0-9]{5})([./A-Za-z0-9]{5})([!-#%-~]*)\\$([./A-Za-z0-9]{43})");
    private static final String CRYPT_DIGITS = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private static final int CRYPT_HASH_BYTES = 32;
    private static final int MAX_LOG_N = 30;
    private static final int MAX_LOG_N_OF_ONE_BLOCK = 16;
    private static final int MAX_BLOCKS = 1 << 16;

    private final int cost;
    private final int blockSize;
    private final int parallelism;
    private final byte[] salt;
    private final byte[] hash;

    private ScryptHash(int logN, int blockSize, int parallelism, byte[] salt, byte[] hash, HashLimits limits)
            throws UnsupportedHashException {
        if (logN < 1
                || logN > MAX_LOG_N
                || blockSize < 1
                || parallelism < 1
                || blockSize > MAX_BLOCKS
                || parallelism > MAX_BLOCKS
                || (blockSize == 1 && logN >= MAX_LOG_N_OF_ONE_BLOCK)
                || parallelism > Integer.MAX_VALUE / (1024 * blockSize)) { // RFC 7914 section 2, and the library's own
            throw new UnsupportedHashException("its parameters N, r and p are out of range");
        }
        cost = 1 << logN;
        this.blockSize = blockSize;
        this.parallelism = parallelism;
        this.salt = HashBytes.salt(salt);
        this.hash = HashBytes.hash(hash);
        long heapKib = Runtime.getRuntime().maxMemory() / 1024;
        new HashLimits(Math.min(limits.memoryKib(), heapKib / 4), limits.workKib())
                .require(memoryKib(), (long) cost * blockSize / 8 * parallelism);
    }

    static ScryptHash read(String text, HashLimits limits) throws UnsupportedHashException {
        Matcher phc = PHC.matcher(text);
        if (phc.matches()) {
            return new ScryptHash(
                    Integer.parseInt(phc.group(1)),
                    Integer.parseInt(phc.group(2)),
                    Integer.parseInt(phc.group(3)),
                    HashBytes.base64(phc.group(4)),
                    HashBytes.base64(phc.group(5)),
                    limits);
        }
        Matcher crypt = CRYPT.matcher(text);
        if (!crypt.matches()) {
            throw new UnsupportedHashException("must be $scrypt$ln=…,r=…,p=…$salt$hash, or $7$ of crypt(5)");
        }
        return new ScryptHash(
                CRYPT_DIGITS.indexOf(crypt.group(1)),
                number(crypt.group(2)),
                number(crypt.group(3)),
                crypt.group(4).getBytes(StandardCharsets.US_ASCII),
                bytes(crypt.group(5)),
                limits);
    }

    /** A number in crypt's digits of six bits, the lowest first. */
    private static int number(String digits) {
        int number = 0;
        for (int i = 0; i < digits.length(); i++) {
            number |= CRYPT_DIGITS.indexOf(digits.charAt(i)) << (6 * i);
        }
        return number;
    }

    /** Three bytes in four digits, as {@link #number}. */
    private static byte[] bytes(String digits) {
        byte[] bytes = new byte[CRYPT_HASH_BYTES];
        for (int i = 0; i < bytes.length; i++) {
            int start = i / 3 * 4;
            bytes[i] = (byte) (number(digits.substring(start, Math.min(start + 4, digits.length()))) >> (8 * (i % 3)));
        }
        return bytes;
    }

    @Override
    public boolean matches(String password) {
        byte[] derived = SCrypt.generate(
                password.getBytes(StandardCharsets.UTF_8), salt, cost, blockSize, parallelism, hash.length);
        return MessageDigest.isEqual(derived, hash);
    }

    @Override
    public long memoryKib() {
        return Math.max(1, ((long) cost + parallelism) * blockSize / 8); // 128 bytes each
    }

    @Override
    public boolean isOnHeap() {
        return true;
    }
}
