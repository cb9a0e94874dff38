package com.amplihack.auth.users.password;

import com.amplihack.auth.config.Configuration;
import com.amplihack.auth.config.source.InvalidSettingException;
import com.amplihack.auth.config.source.Secret;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import com.amplihack.auth.problem.RateLimitedLogger;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Looks passwords up in the operator's list of breached ones, {@code auth.password.breached.file}, without a network. The
 * file is opened for each look-up: another one may take its place at any time (docs/adr/0085).
 */
@Singleton
public class BreachedPasswords {
    private static final String SETTING = "auth.password.breached.file";
    private static final RateLimitedLogger LOG =
            new RateLimitedLogger(Logger.getLogger(BreachedPasswords.class.getName()), 1);

    private final Configuration configuration;

    @Inject
    public BreachedPasswords(Configuration configuration) {
        this.configuration = configuration;
    }

    /**
     * Looks at a thousand lines of the file, if there is one.
     *
     * @throws InvalidSettingException with one sentence for the operator, when it cannot be read or is no such list
     */
    public void check() {
        Optional<Path> path = path();
        if (path.isEmpty()) {
            return;
        }
        if (!Files.isRegularFile(path.get())) {
            throw new InvalidSettingException(SETTING + ": there is no file " + path.get());
        }
        try (SortedHashFile file = SortedHashFile.open(path.get())) {
            file.requireSorted();
        } catch (IOException unusable) {
            throw new InvalidSettingException(SETTING + ": the file " + path.get() + " " + why(unusable));
        }
    }

    /**
     * Whether the password is in the list, as it is hashed or as it was typed.
     *
     * @throws AuthException {@code store_unavailable} when the list cannot be read: an unchecked password is not set
     */
    public boolean contains(Secret password) {
        Optional<Path> path = path();
        if (path.isEmpty()) {
            return false;
        }
        Set<String> forms = new LinkedHashSet<>();
        forms.add(OpaqueString.of(password.reveal()));
        forms.add(password.reveal());
        try (SortedHashFile file = SortedHashFile.open(path.get())) {
            for (String form : forms) {
                if (file.contains(sha1(form))) {
                    return true;
                }
            }
            return false;
        } catch (IOException unusable) {
            LOG.log(
                    Level.SEVERE,
                    "list",
                    SETTING + ": nobody can choose a password until it is repaired: the file " + path.get() + " "
                            + why(unusable));
            throw new AuthException(
                    ErrorCode.STORE_UNAVAILABLE, "The list of breached passwords cannot be read.", unusable);
        }
    }

    private Optional<Path> path() {
        return configuration.settings().passwords().breachedFile();
    }

    private static String why(IOException unusable) {
        if (unusable instanceof NoSuchFileException) {
            return "is not there";
        }
        return unusable instanceof SortedHashFile.MalformedFileException
                ? String.valueOf(unusable.getMessage())
                : "cannot be read (" + unusable.getClass().getSimpleName() + ")";
    }

    /** As the list has it; this protects nothing. */
    private static String sha1(String password) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-1").digest(password.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().withUpperCase().formatHex(hash);
        } catch (NoSuchAlgorithmException impossible) { // every Java platform has it
            throw new IllegalStateException(impossible);
        }
    }
}
