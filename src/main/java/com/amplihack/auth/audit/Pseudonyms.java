package com.amplihack.auth.audit;

import com.amplihack.auth.config.files.PrivateFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Replaces names by HMAC-SHA-256 under a secret key: equal names stay recognizable, and none can be read or guessed. */
final class Pseudonyms {
    private static final String ALGORITHM = "HmacSHA256";
    private static final int LENGTH = 22; // of 6 bits each

    private final SecretKeySpec key;

    /** @param file holds the key, and is made when it is not there */
    Pseudonyms(Path file) {
        try {
            key = new SecretKeySpec(PrivateFiles.secret(file), ALGORITHM);
        } catch (IOException e) {
            throw new UncheckedIOException("The audit log's pseudonym key cannot be read: " + e, e);
        }
    }

    String of(String name) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(key);
            byte[] hash = mac.doFinal(name.getBytes(StandardCharsets.UTF_8));
            return Base64.getUrlEncoder().withoutPadding().encodeToString(hash).substring(0, LENGTH);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
