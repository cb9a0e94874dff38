package com.amplihack.auth.factor;

/** Base32 without padding (RFC 4648 section 6), as authenticator apps take secrets. */
final class Base32 {
    static final String RFC_4648 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

    private Base32() {}

    /** @param bytes a multiple of five of them, so that no bits are left over */
    static String encode(byte[] bytes, String alphabet) {
        StringBuilder text = new StringBuilder(bytes.length * 8 / 5);
        long bits = 0;
        int held = 0;
        for (byte b : bytes) {
            bits = (bits << 8 | (b & 0xFF)) & 0xFFFF;
            held += 8;
            while (held >= 5) {
                held -= 5;
                text.append(alphabet.charAt((int) (bits >> held) & 31));
            }
        }
        return text.toString();
    }
}
