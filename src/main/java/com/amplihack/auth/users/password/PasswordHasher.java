package com.amplihack.auth.users.password;

import com.amplihack.auth.config.Configuration;
import com.amplihack.auth.config.PasswordSettings;
import com.amplihack.auth.config.source.InvalidSettingException;
import com.amplihack.auth.config.source.Secret;
import com.amplihack.auth.metrics.Meters;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import com.amplihack.auth.problem.RepeatedLog;
import com.sun.jna.Library;
import de.mkammerer.argon2.Argon2;
import de.mkammerer.argon2.Argon2Factory;
import de.mkammerer.argon2.jna.Argon2Library;
import io.github.resilience4j.bulkhead.Bulkhead;
import io.github.resilience4j.bulkhead.BulkheadConfig;
import io.github.resilience4j.bulkhead.BulkheadFullException;
import io.github.resilience4j.core.exception.AcquirePermissionCancelledException;
import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.lang.reflect.Proxy;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.function.Supplier;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Argon2id (RFC 9106) behind a bulkhead: so many hashes at a time, so many more waiting (each at most 10 s), and a 503
 * {@code overloaded} for the rest, so that logins cannot exhaust memory (docs/specification.md, fault 31).
 */
@Singleton
public class PasswordHasher {
    private static final RepeatedLog LOG = new RepeatedLog(Logger.getLogger(PasswordHasher.class.getName()), 1);
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(10);
    private static final Pattern ENCODED =
            Pattern.compile("\\$argon2id\\$v=19\\$m=\\d+,t=\\d+,p=\\d+\\$[A-Za-z0-9+/]{16,}\\$[A-Za-z0-9+/]{16,}");

    private final Configuration configuration;
    private final Meters meters;
    private Argon2 argon2;
    private Bulkhead hashing;
    private Bulkhead hashingOrWaiting;
    private volatile String nobodysHash;

    @Inject
    public PasswordHasher(Configuration configuration, Meters meters) {
        this.configuration = configuration;
        this.meters = meters;
    }

    /**
     * Prepares the native library and the hash that unknown users are measured against.
     *
     * @throws InvalidSettingException when the library cannot be loaded
     */
    @PostConstruct
    public void prepare() {
        prepare(library());
    }

    private static Argon2 library() {
        try {
            return Argon2Factory.create(Argon2Factory.Argon2Types.ARGON2id, 16, 32);
        } catch (LinkageError unusable) {
            String why =
                    String.valueOf(unusable.getMessage()).lines().findFirst().orElse("");
            throw new InvalidSettingException("jna.tmpdir: the library for Argon2 cannot be unpacked and loaded (" + why
                    + "): start Java with -Djna.tmpdir= and a folder that this service's user can write to and that is not"
                    + " mounted noexec");
        }
    }

    public final void prepare(Argon2 library) {
        argon2 = library;
        int concurrency = settings().concurrency();
        hashing = bulkhead(concurrency, LONGEST_WAIT);
        hashingOrWaiting = bulkhead(concurrency + settings().queue(), Duration.ZERO);
        byte[] nobodysPassword = new byte[32];
        RANDOM.nextBytes(nobodysPassword);
        nobodysHash = hash(Secret.of(Base64.getEncoder().encodeToString(nobodysPassword)));
    }

    /**
     * Closes the native library: JNA's cleaner waits for its end, and would keep the classes of every deployment. Only when
     * nobody hashes any more, since closing it under somebody's feet would end the server.
     */
    @PreDestroy
    public void close() {
        int concurrency = settings().concurrency();
        if (Stream.generate(hashing::tryAcquirePermission).limit(concurrency).allMatch(turn -> turn)) {
            ((Library.Handler) Proxy.getInvocationHandler(Argon2Library.INSTANCE))
                    .getNativeLibrary()
                    .close();
        }
    }

    /** An encoded hash of the password (as {@link OpaqueString}), with a random salt of 128 bits. */
    public String hash(Secret password) {
        PasswordSettings s = settings();
        char[] text = OpaqueString.of(password.reveal()).toCharArray();
        return inTurn(() -> argon2.hash(s.iterations(), s.memoryKib(), s.parallelism(), text));
    }

    /**
     * Whether the password belongs to the hash, also to an older one of the password as it was typed; a corrupt hash
     * (docs/specification.md, fault 30) is a no and a line in the log.
     */
    public boolean verify(String encoded, Secret password) {
        return inTurn(() -> {
            // argon2-jvm calls a corrupt hash a mismatch, without a word
            if (!ENCODED.matcher(encoded).matches()) {
                LOG.log(
                        Level.SEVERE,
                        "corrupt",
                        "A stored password hash is corrupt: its account cannot sign in until it has a new password");
                matches(nobodysHash, password); // the same work as for any other
                return false;
            }
            return matches(encoded, password);
        });
    }

    /** One comparison, or two where the form matters: what was typed decides, never whose hash it is or which one matches. */
    private boolean matches(String encoded, Secret password) {
        String typed = password.reveal();
        String prepared = OpaqueString.of(typed);
        boolean matches = argon2.verify(encoded, prepared.toCharArray());
        if (!prepared.equals(typed)) {
            matches |= argon2.verify(encoded, typed.toCharArray());
        }
        return matches;
    }

    /**
     * Costs what {@link #verify} costs and is always a no, for users that do not exist (docs/specification.md, fault
     * 27).
     */
    public boolean verifyNobody(Secret password) {
        verify(nobodysHash, password);
        return false;
    }

    /**
     * Whether the hash was made with other parameters than those in force, or of another form of the password.
     *
     * @param password that belongs to the hash; when there is no turn to compare it, the answer is no
     */
    public boolean isOutdated(String encoded, Secret password) {
        PasswordSettings s = settings();
        if (argon2.needsRehash(encoded, s.iterations(), s.memoryKib(), s.parallelism())) {
            return true;
        }
        String prepared = OpaqueString.of(password.reveal());
        if (prepared.equals(password.reveal())) {
            return false;
        }
        try {
            return inTurn(() -> !argon2.verify(encoded, prepared.toCharArray()));
        } catch (AuthException overloaded) {
            return false; // the next sign-in asks again
        }
    }

    private PasswordSettings settings() {
        return configuration.settings().passwords();
    }

    private <T> T inTurn(Supplier<T> work) {
        try {
            return hashingOrWaiting.executeSupplier(() -> hashing.executeSupplier(() -> timed(work)));
        } catch (BulkheadFullException | AcquirePermissionCancelledException full) {
            throw new AuthException(ErrorCode.OVERLOADED, "Too many passwords are being checked at the moment.");
        }
    }

    private <T> T timed(Supplier<T> work) {
        long start = System.nanoTime();
        try {
            return work.get();
        } finally {
            meters.passwordHashed(Duration.ofNanos(System.nanoTime() - start));
        }
    }

    private static Bulkhead bulkhead(int calls, Duration wait) {
        return Bulkhead.of(
                "Argon2",
                BulkheadConfig.custom()
                        .maxConcurrentCalls(calls)
                        .maxWaitDuration(wait)
                        .writableStackTraceEnabled(false)
                        .build());
    }
}
