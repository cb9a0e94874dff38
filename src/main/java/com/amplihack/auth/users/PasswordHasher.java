package com.amplihack.auth.users;

import com.amplihack.auth.config.Configuration;
import com.amplihack.auth.config.PasswordSettings;
import com.amplihack.auth.config.Secret;
import com.amplihack.auth.metrics.Meters;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import com.amplihack.auth.problem.RepeatedLog;
import com.sun.jna.Library;
import de.mkammerer.argon2.Argon2;
import de.mkammerer.argon2.Argon2Factory;
import de.mkammerer.argon2.jna.Argon2Library;
import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.lang.reflect.Proxy;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.regex.Pattern;

/**
 * Argon2id (RFC 9106) behind a bulkhead: so many hashes at a time, so many more waiting (each at most 10 s), and a 503
 * {@code overloaded} for the rest, so that logins cannot exhaust memory (FAULTS.md 31).
 */
@ApplicationScoped
public class PasswordHasher {
    private static final RepeatedLog LOG = new RepeatedLog(Logger.getLogger(PasswordHasher.class.getName()), 1);
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final long LONGEST_WAIT_SECONDS = 10;
    private static final Pattern ENCODED =
            Pattern.compile("\\$argon2id\\$v=19\\$m=\\d+,t=\\d+,p=\\d+\\$[A-Za-z0-9+/]{16,}\\$[A-Za-z0-9+/]{16,}");

    private Configuration configuration;
    private Meters meters;
    private Argon2 argon2;
    private Semaphore turns;
    private volatile int places;
    private final AtomicInteger waiting = new AtomicInteger();
    private volatile String nobodysHash;

    /** For CDI. */
    public PasswordHasher() {}

    @Inject
    public PasswordHasher(Configuration configuration, Meters meters) {
        this.configuration = configuration;
        this.meters = meters;
    }

    /** Prepares the native library and the hash that unknown users are measured against. */
    @PostConstruct
    public void prepare() {
        argon2 = Argon2Factory.create(Argon2Factory.Argon2Types.ARGON2id, 16, 32);
        places = settings().concurrency();
        turns = new Semaphore(places, true);
        byte[] nobodysPassword = new byte[32];
        RANDOM.nextBytes(nobodysPassword);
        nobodysHash = hash(Secret.of(Base64.getEncoder().encodeToString(nobodysPassword)));
    }

    /** Nothing: being asked brings the bean up, so that the first login does not pay for it. */
    public void ready() {}

    /**
     * Closes the native library: JNA's cleaner waits for its end, and would keep the classes of every deployment. Only when
     * nobody hashes any more, since closing it under somebody's feet would end the server.
     */
    @PreDestroy
    void close() {
        try {
            if (turns.tryAcquire(places, LONGEST_WAIT_SECONDS, TimeUnit.SECONDS)) {
                ((Library.Handler) Proxy.getInvocationHandler(Argon2Library.INSTANCE))
                        .getNativeLibrary()
                        .close();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** An encoded hash of the password, with a random salt of 128 bits. */
    public String hash(Secret password) {
        PasswordSettings s = settings();
        return inTurn(() -> argon2.hash(
                s.iterations(),
                s.memoryKib(),
                s.parallelism(),
                password.reveal().toCharArray()));
    }

    /** Whether the password belongs to the hash; a corrupt hash (FAULTS.md 30) is a no and a line in the log. */
    public boolean verify(String encoded, Secret password) {
        return inTurn(() -> {
            // argon2-jvm calls a corrupt hash a mismatch, without a word
            if (!ENCODED.matcher(encoded).matches()) {
                LOG.log(
                        Level.SEVERE,
                        "corrupt",
                        "A stored password hash is corrupt: its account cannot sign in until it has a new password");
                argon2.verify(nobodysHash, password.reveal().toCharArray()); // the same work as for any other
                return false;
            }
            return argon2.verify(encoded, password.reveal().toCharArray());
        });
    }

    /** Costs what {@link #verify} costs and is always a no, for users that do not exist (FAULTS.md 27). */
    public boolean verifyNobody(Secret password) {
        verify(nobodysHash, password);
        return false;
    }

    /** Whether the hash was made with other parameters than those in force. */
    public boolean isOutdated(String encoded) {
        PasswordSettings s = settings();
        return argon2.needsRehash(encoded, s.iterations(), s.memoryKib(), s.parallelism());
    }

    private PasswordSettings settings() {
        return configuration.settings().passwords();
    }

    private <T> T inTurn(Supplier<T> work) {
        if (!turns.tryAcquire()) {
            waitForTurn();
        }
        long start = System.nanoTime();
        try {
            return work.get();
        } finally {
            turns.release();
            meters.passwordHashed(Duration.ofNanos(System.nanoTime() - start));
        }
    }

    private void waitForTurn() {
        boolean turn = false;
        try {
            if (waiting.incrementAndGet() <= settings().queue()) {
                turn = turns.tryAcquire(LONGEST_WAIT_SECONDS, TimeUnit.SECONDS);
            }
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        } finally {
            waiting.decrementAndGet();
        }
        if (!turn) {
            throw new AuthException(ErrorCode.OVERLOADED, "Too many passwords are being checked at the moment.");
        }
    }
}
