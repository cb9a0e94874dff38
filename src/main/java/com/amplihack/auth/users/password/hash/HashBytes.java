package com.amplihack.auth.users.password.hash;

import java.util.Base64;

/** Decodes and measures the salts and hashes of the various forms. */
final class HashBytes {
    private static final int MIN_SALT = 8;
    private static final int MAX_SALT = 128;

    /** Fewer bits would be guessed by hashing anything. */
    private static final int MIN_HASH = 16;

    private static final int MAX_HASH = 128;

    private HashBytes() {}

    /** Base64 with or without padding, and as passlib writes it, with a dot for the plus sign. */
    static byte[] base64(String text) throws UnsupportedHashException {
        try {
            return Base64.getDecoder().decode(text.replace('.', '+'));
        } catch (IllegalArgumentException malformed) {
            throw new UnsupportedHashException("its salt or hash is not base64");
        }
    }

    static byte[] salt(byte[] salt) throws UnsupportedHashException {
        require("salt", salt, MIN_SALT, MAX_SALT);
        return salt;
    }

    static byte[] hash(byte[] hash) throws UnsupportedHashException {
        require("hash", hash, MIN_HASH, MAX_HASH);
        return hash;
    }

    private static void require(String what, byte[] bytes, int least, int most) throws UnsupportedHashException {
        if (bytes.length < least || bytes.length > most) {
            throw new UnsupportedHashException("its " + what + " must have " + least + " to " + most + " bytes");
        }
    }
}
