package com.amplihack.auth.users.password.hash;

import de.mkammerer.argon2.Argon2;
import de.mkammerer.argon2.Argon2Factory;
import de.mkammerer.argon2.Argon2Factory.Argon2Types;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads Argon2 hashes (RFC 9106) of all three variants and both versions, for the native library to compare. */
final class Argon2Hashes {
    private static final Pattern FORM = Pattern.compile("\\$argon2(id|i|d)(?:\\$v=(16|19))?"
            + "\\$m=([1-9]\\d{0,9}),t=([1-9]\\d{0,9}),p=([1-9]\\d{0,2})\\$([A-Za-z0-9+/]+)\\$([A-Za-z0-9+/]+)");
    private static final int MAX_LANES = 64; // each is a thread

    private final Argon2 argon2id;
    private final Argon2 argon2i = Argon2Factory.create(Argon2Types.ARGON2i);
    private final Argon2 argon2d = Argon2Factory.create(Argon2Types.ARGON2d);

    Argon2Hashes(Argon2 argon2id) {
        this.argon2id = argon2id;
    }

    StoredHash read(String text, HashLimits limits) throws UnsupportedHashException {
        Matcher form = FORM.matcher(text);
        if (!form.matches()) {
            throw new UnsupportedHashException("must be $argon2id$v=19$m=…,t=…,p=…$salt$hash, or argon2i or argon2d,"
                    + " without key or data, in base64 without padding");
        }
        long memory = Long.parseLong(form.group(3));
        int lanes = Integer.parseInt(form.group(5));
        limits.require(memory, memory * Long.parseLong(form.group(4)));
        if (lanes > MAX_LANES || memory < 8L * lanes) {
            throw new UnsupportedHashException("p: 1 to " + MAX_LANES + " lanes of at least 8 KiB each");
        }
        HashBytes.salt(HashBytes.base64(form.group(6)));
        HashBytes.hash(HashBytes.base64(form.group(7)));
        Argon2 library =
                switch (form.group(1)) {
                    case "i" -> argon2i;
                    case "d" -> argon2d;
                    default -> argon2id;
                };
        return new Argon2Hash(library, text, memory);
    }

    private record Argon2Hash(Argon2 library, String encoded, long memoryKib) implements StoredHash {
        @Override
        public boolean matches(String password) {
            return library.verify(encoded, password.toCharArray());
        }
    }
}
