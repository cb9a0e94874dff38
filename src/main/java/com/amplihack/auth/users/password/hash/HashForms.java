package com.amplihack.auth.users.password.hash;

import de.mkammerer.argon2.Argon2;

/**
 * Reads password hashes in PHC and crypt form: Argon2 d, i and id, bcrypt, scrypt and PBKDF2 (docs/migrating.md lists
 * the forms). What cannot be compared, or only at too high a cost, is refused before anything is computed.
 */
public final class HashForms {
    private static final int MAX_LENGTH = 512;

    private final Argon2Hashes argon2;

    /** @param argon2id the loaded library */
    public HashForms(Argon2 argon2id) {
        argon2 = new Argon2Hashes(argon2id);
    }

    /**
     * Reads a hash.
     *
     * @throws UnsupportedHashException with the reason
     */
    public StoredHash read(String text, HashLimits limits) throws UnsupportedHashException {
        if (text.length() > MAX_LENGTH) {
            throw new UnsupportedHashException("is longer than " + MAX_LENGTH + " characters");
        }
        if (text.startsWith("$argon2")) {
            return argon2.read(text, limits);
        }
        if (text.startsWith("$2") || text.startsWith(BcryptHash.SHA256)) {
            return BcryptHash.read(text);
        }
        if (text.startsWith("$scrypt$") || text.startsWith("$7$")) {
            return ScryptHash.read(text, limits);
        }
        if (text.startsWith("$pbkdf2") || text.startsWith("pbkdf2_")) {
            return Pbkdf2Hash.read(text);
        }
        throw new UnsupportedHashException(
                "must be the PHC or crypt form of Argon2, bcrypt, scrypt or PBKDF2, such as $2b$10$…");
    }
}
