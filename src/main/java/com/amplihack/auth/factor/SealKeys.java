package com.amplihack.auth.factor;

import com.amplihack.auth.config.Configuration;
import com.amplihack.auth.config.files.PrivateFiles;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import com.amplihack.auth.problem.RateLimitedLogger;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Seals secrets with AES-256-GCM under the newest of the keys {@code seal-N.key} in the key directory, and opens what any
 * of them has sealed (docs/runbooks/seal-key.md). The directory is read each time, so that a new key needs no restart.
 */
@Singleton
public class SealKeys {
    private static final RateLimitedLogger LOG = new RateLimitedLogger(Logger.getLogger(SealKeys.class.getName()), 1);
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final Pattern FILE = Pattern.compile("seal-([1-9][0-9]{0,5})\\.key");
    private static final int KEY_BYTES = 32;
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;

    private final Configuration configuration;

    @Inject
    public SealKeys(Configuration configuration) {
        this.configuration = configuration;
    }

    /**
     * A sealed secret.
     *
     * @param key the number of the key
     * @param text base64url of nonce, ciphertext and tag
     */
    public record Sealed(String key, String text) {}

    /**
     * Seals a secret.
     *
     * @param context what it belongs to; without the same one it does not open
     * @throws AuthException {@code store_unavailable} while the key directory cannot be used
     */
    public Sealed seal(byte[] secret, String context) {
        try {
            int newest = newest();
            byte[] key = newest == 0
                    ? PrivateFiles.secret(file("1")) // under the directory's lock
                    : read(file(Integer.toString(newest)));
            byte[] nonce = new byte[NONCE_BYTES];
            RANDOM.nextBytes(nonce);
            byte[] sealed = cipher(Cipher.ENCRYPT_MODE, key, nonce, context).doFinal(secret);
            return new Sealed(
                    Integer.toString(Math.max(1, newest)),
                    Base64.getUrlEncoder()
                            .withoutPadding()
                            .encodeToString(ByteBuffer.allocate(NONCE_BYTES + sealed.length)
                                    .put(nonce)
                                    .put(sealed)
                                    .array()));
        } catch (IOException | UncheckedIOException unusable) {
            throw unusable(unusable);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has AES-GCM", e);
        }
    }

    /**
     * Opens a secret.
     *
     * @throws AuthException {@code store_unavailable} if its key is not there, or it was not sealed for this context
     */
    public byte[] open(Sealed sealed, String context) {
        try {
            byte[] all = Base64.getUrlDecoder().decode(sealed.text());
            return cipher(Cipher.DECRYPT_MODE, read(file(sealed.key())), Arrays.copyOf(all, NONCE_BYTES), context)
                    .doFinal(all, NONCE_BYTES, all.length - NONCE_BYTES);
        } catch (IOException | UncheckedIOException | GeneralSecurityException | IllegalArgumentException unusable) {
            throw unusable(unusable);
        }
    }

    /** Whether it should be sealed anew, because there is a newer key. */
    public boolean isOutdated(Sealed sealed) {
        try {
            int newest = newest();
            return newest > 0 && !sealed.key().equals(Integer.toString(newest));
        } catch (IOException unusable) {
            return false; // sealing it anew would fail as well
        }
    }

    private static Cipher cipher(int mode, byte[] key, byte[] nonce, String context) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, new SecretKeySpec(key, "AES"), new GCMParameterSpec(TAG_BITS, nonce));
        cipher.updateAAD(context.getBytes(StandardCharsets.UTF_8));
        return cipher;
    }

    private static byte[] read(Path file) throws IOException {
        byte[] key = Files.readAllBytes(file);
        if (key.length != KEY_BYTES) {
            throw new IOException(file + " must hold exactly " + KEY_BYTES + " bytes");
        }
        return key;
    }

    /** The number of the newest key; 0 if there is none. */
    private int newest() throws IOException {
        int newest = 0;
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory(), "seal-*.key")) {
            for (Path file : files) {
                Matcher name = FILE.matcher(String.valueOf(file.getFileName()));
                if (name.matches()) {
                    newest = Math.max(newest, Integer.parseInt(name.group(1)));
                }
            }
        }
        return newest;
    }

    private Path file(String number) {
        return directory().resolve("seal-" + number + ".key");
    }

    private Path directory() {
        return configuration.settings().keys().path();
    }

    private static AuthException unusable(Exception cause) {
        LOG.log(
                Level.SEVERE,
                "seal",
                "A sealed second factor cannot be used; a file seal-N.key of the key directory is missing or is another: "
                        + cause.getMessage());
        return new AuthException(ErrorCode.STORE_UNAVAILABLE, "Second factors cannot be checked at the moment.", cause);
    }
}
