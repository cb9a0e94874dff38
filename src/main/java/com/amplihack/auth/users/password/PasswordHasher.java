package com.amplihack.auth.users.password;

import com.amplihack.auth.config.Configuration;
import com.amplihack.auth.config.PasswordSettings;
import com.amplihack.auth.config.source.InvalidSettingException;
import com.amplihack.auth.config.source.Secret;
import com.amplihack.auth.metrics.Meters;
import com.amplihack.auth.metrics.Tracing;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import com.amplihack.auth.problem.RateLimitedLogger;
import com.amplihack.auth.users.password.hash.HashForms;
import com.amplihack.auth.users.password.hash.HashLimits;
import com.amplihack.auth.users.password.hash.StoredHash;
import com.amplihack.auth.users.password.hash.UnsupportedHashException;
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
import java.util.Optional;
import java.util.function.Supplier;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;

/**
 * Argon2id (RFC 9106) behind a bulkhead with a bounded queue (10 s at most), which answers 503 {@code overloaded}
 * beyond, so that logins cannot exhaust memory (docs/specification.md, fault 31).
 */
@Singleton
public class PasswordHasher {
    private static final RateLimitedLogger LOG =
            new RateLimitedLogger(Logger.getLogger(PasswordHasher.class.getName()), 1);
    /** Stands for the hash of an account that has no password yet: none matches. */
    public static final String NO_PASSWORD = "!";

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final Duration MAX_WAIT = Duration.ofSeconds(10);
    private static final int MOST_WAITING_FOR_MEMORY = 8;
    private static final String OWN_FORM = "$argon2id$v=19$";

    private final Configuration configuration;
    private final Meters meters;
    private Argon2 argon2;
    private HashForms forms;
    private Bulkhead hashing;
    private Bulkhead hashingOrWaiting;

    /** One at a time, of which each takes more memory than the concurrency was reckoned with. */
    private Bulkhead hashingWithMoreMemory;

    private Bulkhead moreMemoryOrWaiting;

    private volatile String unknownUserHash;

    @Inject
    public PasswordHasher(Configuration configuration, Meters meters) {
        this.configuration = configuration;
        this.meters = meters;
    }

    /**
     * Loads the native library and creates the hash that the passwords of unknown users are compared with.
     *
     * @throws InvalidSettingException when the library cannot be loaded
     */
    @PostConstruct
    @SuppressWarnings("NullAway.Init") // a try block hides that the fields are set
    public void prepare() {
        try {
            prepare(Argon2Factory.create(Argon2Factory.Argon2Types.ARGON2id, 16, 32));
        } catch (LinkageError unusable) {
            String why =
                    String.valueOf(unusable.getMessage()).lines().findFirst().orElse("");
            throw new InvalidSettingException("jna.tmpdir: the library for Argon2 cannot be unpacked and loaded (" + why
                    + "): start Java with -Djna.tmpdir= and a folder that this service's user can write to and that is not"
                    + " mounted noexec");
        }
    }

    public void prepare(Argon2 library) {
        argon2 = library;
        forms = new HashForms(library);
        hashingWithMoreMemory = bulkhead(1, MAX_WAIT);
        moreMemoryOrWaiting = bulkhead(1 + MOST_WAITING_FOR_MEMORY, Duration.ZERO);
        int concurrency = settings().concurrency();
        hashing = bulkhead(concurrency, MAX_WAIT);
        int queue = settings().queue();
        hashingOrWaiting = bulkhead(concurrency + queue, Duration.ZERO);
        meters.showPasswordQueue(
                () -> occupied(hashing), () -> Math.max(0, occupied(hashingOrWaiting) - occupied(hashing)), queue);
        byte[] unknownUserPassword = new byte[32];
        RANDOM.nextBytes(unknownUserPassword);
        unknownUserHash = hash(Secret.of(Base64.getEncoder().encodeToString(unknownUserPassword)));
    }

    /**
     * Closes the native library, which would otherwise leak the class loader of every deployment, but only if no hash
     * is running, since closing it during a call would crash the server.
     */
    @PreDestroy
    public void close() {
        int concurrency = hashing.getBulkheadConfig().getMaxConcurrentCalls(); // the setting may have changed
        if (Stream.generate(hashing::tryAcquirePermission).limit(concurrency).allMatch(turn -> turn)) {
            ((Library.Handler) Proxy.getInvocationHandler(Argon2Library.INSTANCE))
                    .getNativeLibrary()
                    .close();
        }
    }

    /** An encoded hash of the password's {@link OpaqueString}, with a random 128-bit salt. */
    public String hash(Secret password) {
        PasswordSettings s = settings();
        char[] text = OpaqueString.of(password.reveal()).toCharArray();
        return withinBulkhead(() -> argon2.hash(s.iterations(), s.memoryKib(), s.parallelism(), text));
    }

    /**
     * Whether the password matches the hash, also one of another form ({@link HashForms}) or an older one of the password
     * as typed; a corrupt hash (docs/specification.md, fault 30) is logged and never matches.
     */
    public boolean verify(String encoded, Secret password) {
        StoredHash hash = stored(encoded);
        return withinBulkhead(hash, () -> matches(hash, password));
    }

    /** The hash, or for one that nothing matches the unknown user's, whose comparison is the same work. */
    private StoredHash stored(String encoded) {
        if (!encoded.equals(NO_PASSWORD)) {
            try {
                return forms.read(
                        encoded,
                        HashLimits.atSignIn(settings().memoryKib(), settings().iterations()));
            } catch (UnsupportedHashException corrupt) {
                LOG.log(
                        Level.SEVERE,
                        "corrupt",
                        "A stored password hash is corrupt: its account cannot sign in until it has a new password");
            }
        }
        try {
            return forms.read(unknownUserHash, HashLimits.atSignIn(Long.MAX_VALUE, 1));
        } catch (UnsupportedHashException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /**
     * Checks that a password hash of another system can be compared at sign-ins, at a bounded cost.
     *
     * @throws UnsupportedHashException with the reason
     */
    public void requireSupported(String encoded) throws UnsupportedHashException {
        forms.read(
                encoded, HashLimits.atImport(settings().memoryKib(), settings().iterations()));
    }

    /**
     * Compares the normalized password and, only if it differs, the typed one, so that the work depends on the input
     * only.
     */
    private static boolean matches(StoredHash hash, Secret password) {
        String typed = password.reveal();
        String prepared = OpaqueString.of(typed);
        boolean matches = hash.matches(prepared);
        if (!prepared.equals(typed)) {
            matches |= hash.matches(typed);
        }
        return matches;
    }

    /**
     * Does the work of {@link #verify} for an unknown user; always false (docs/specification.md, fault 27).
     *
     * @param decoy the hash of some account: what unknown names cost is spread as what accounts cost, also while some have
     *     hashes of other systems
     */
    public boolean verifyUnknownUser(Optional<String> decoy, Secret password) {
        verify(decoy.orElse(unknownUserHash), password);
        return false;
    }

    /**
     * Whether the hash has another form or other parameters than the current ones, or is of the password as typed.
     *
     * @param password that matches the hash; false when the bulkhead is too full to compare it
     */
    public boolean isOutdated(String encoded, Secret password) {
        PasswordSettings s = settings();
        if (!encoded.startsWith(OWN_FORM)
                || argon2.needsRehash(encoded, s.iterations(), s.memoryKib(), s.parallelism())) {
            return true;
        }
        String prepared = OpaqueString.of(password.reveal());
        if (prepared.equals(password.reveal())) {
            return false;
        }
        try {
            StoredHash hash = stored(encoded);
            return withinBulkhead(hash, () -> !hash.matches(prepared));
        } catch (AuthException overloaded) {
            return false; // the next login tries again
        }
    }

    private PasswordSettings settings() {
        return configuration.settings().passwords();
    }

    private <T> T withinBulkhead(StoredHash hash, Supplier<T> work) {
        boolean more = hash.isOnHeap() || hash.memoryKib() > settings().memoryKib();
        Supplier<T> turn = () -> hashing.executeSupplier(() -> timed(work));
        // those that go one at a time wait elsewhere, and few of them: they must not fill the queue of all others
        return more
                ? bounded(moreMemoryOrWaiting, () -> hashingWithMoreMemory.executeSupplier(() -> bounded(turn)))
                : bounded(turn);
    }

    private <T> T withinBulkhead(Supplier<T> work) {
        return bounded(() -> hashing.executeSupplier(() -> timed(work)));
    }

    private <T> T bounded(Supplier<T> turn) {
        return bounded(hashingOrWaiting, turn);
    }

    private static <T> T bounded(Bulkhead places, Supplier<T> turn) {
        try {
            return places.executeSupplier(turn);
        } catch (BulkheadFullException | AcquirePermissionCancelledException full) {
            throw new AuthException(ErrorCode.OVERLOADED, "Too many passwords are being checked at the moment.");
        }
    }

    private <T> T timed(Supplier<T> work) {
        long start = System.nanoTime();
        try {
            return meters.tracing().within(Tracing.Step.PASSWORD_HASH, "argon2", work);
        } finally {
            meters.passwordHashed(Duration.ofNanos(System.nanoTime() - start));
        }
    }

    private static int occupied(Bulkhead places) {
        Bulkhead.Metrics now = places.getMetrics();
        return now.getMaxAllowedConcurrentCalls() - now.getAvailableConcurrentCalls();
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
