package com.amplihack.auth.keys.hsm;

import com.amplihack.auth.config.KeySettings;
import com.amplihack.auth.config.source.InvalidSettingException;
import com.nimbusds.jose.JOSEException;
import io.github.resilience4j.bulkhead.Bulkhead;
import io.github.resilience4j.bulkhead.BulkheadConfig;
import io.github.resilience4j.bulkhead.BulkheadFullException;
import io.github.resilience4j.circuitbreaker.CallNotPermittedException;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreaker.State;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowType;
import io.github.resilience4j.core.IntervalFunction;
import io.github.resilience4j.core.exception.AcquirePermissionCancelledException;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.InvalidAlgorithmParameterException;
import java.security.Provider;
import java.security.ProviderException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Calls the HSM behind a circuit breaker and a bulkhead: after a failure every call is refused at once until {@link
 * #reconnect} has opened a new session, and an HSM that hangs blocks a bounded number of threads.
 */
final class Hsm {
    private static final Logger LOG = Logger.getLogger(Hsm.class.getName());

    private static final int MAX_CALLS = 32;
    private static final Duration HANG_TIMEOUT = Duration.ofMinutes(1); // generating a 4096-bit key takes long

    /** Back-off between sessions: each costs the JDK a thread that never ends. */
    private static final IntervalFunction BACK_OFF =
            IntervalFunction.ofExponentialBackoff(Duration.ofSeconds(1), 2, Duration.ofMinutes(1));

    private final Supplier<HsmSession> opener;
    private final Provider provider;
    private final Duration hangTimeout;
    private final Bulkhead bulkhead = Bulkhead.of(
            "HSM",
            BulkheadConfig.custom()
                    .maxConcurrentCalls(MAX_CALLS)
                    .maxWaitDuration(Duration.ofSeconds(1))
                    .writableStackTraceEnabled(false)
                    .build());
    private final CircuitBreaker breaker;
    private volatile Optional<HsmSession> session;
    private volatile long lastSuccess = System.nanoTime();
    private volatile long lastActivity = System.nanoTime(); // when a call last returned, or began while no other ran
    private volatile Optional<String> fault = Optional.empty();

    /** @throws InvalidSettingException with a message for the operator */
    Hsm(KeySettings.Hsm settings) {
        this(() -> HsmSession.open(settings), HANG_TIMEOUT);
    }

    /** @param hangTimeout how long calls may run without any returning before the HSM counts as hanging */
    Hsm(Supplier<HsmSession> opener, Duration hangTimeout) {
        this.opener = opener;
        this.hangTimeout = hangTimeout;
        HsmSession first = opener.get();
        session = Optional.of(first);
        provider = first.provider();
        breaker = CircuitBreaker.of(
                "HSM",
                CircuitBreakerConfig.custom()
                        .slidingWindow(1, 1, SlidingWindowType.COUNT_BASED)
                        .failureRateThreshold(100)
                        .slowCallDurationThreshold(Duration.ofDays(1)) // a token may take minutes to generate a key
                        .waitIntervalFunctionInOpenState(
                                failures -> failures == 1 ? Long.valueOf(0) : BACK_OFF.apply(failures - 1))
                        .permittedNumberOfCallsInHalfOpenState(1)
                        .ignoreExceptions(
                                HsmUnavailableException.class,
                                InvalidAlgorithmParameterException.class,
                                BulkheadFullException.class,
                                AcquirePermissionCancelledException.class)
                        .writableStackTraceEnabled(false)
                        .build());
        breaker.getEventPublisher().onStateTransition(transition -> {
            if (transition.getStateTransition().getToState() == State.OPEN) {
                session = Optional.empty();
            }
        });
    }

    /** The provider of the first session; later sessions have an equal one. */
    Provider provider() {
        return provider;
    }

    /** A call within a session. */
    @FunctionalInterface
    interface Use<T> {
        T with(HsmSession session) throws GeneralSecurityException, JOSEException, IOException;
    }

    <T> T use(Use<T> use) throws HsmUnavailableException {
        HsmSession current = session.orElseThrow(() -> new HsmUnavailableException("the HSM has failed before"));
        if (hangs()) {
            throw new HsmUnavailableException(hangMessage());
        }
        try {
            T result = breaker.executeCallable(() -> bulkhead.executeCallable(() -> call(use, current)));
            lastSuccess = System.nanoTime();
            fault = Optional.empty();
            return result;
        } catch (CallNotPermittedException open) {
            throw new HsmUnavailableException("the HSM has failed before");
        } catch (BulkheadFullException | AcquirePermissionCancelledException full) {
            throw fail("the HSM is overloaded");
        } catch (InvalidAlgorithmParameterException refused) { // such as an unsupported key size: the HSM itself works
            throw fail("the HSM refuses: " + refused.getMessage());
        } catch (HsmUnavailableException missing) {
            throw fail(String.valueOf(missing.getMessage()));
        } catch (Exception failed) {
            LOG.log(Level.SEVERE, "Nothing is signed until the HSM answers again", failed);
            throw fail("the HSM does not answer (" + HsmFault.reason(failed) + ")");
        }
    }

    /** Why the last call failed; empty if it succeeded. */
    Optional<String> fault() {
        return hangs() ? Optional.of(hangMessage()) : fault;
    }

    /** Time since the last successful call. */
    Duration sinceLastSuccess() {
        return Duration.ofNanos(System.nanoTime() - lastSuccess);
    }

    /** Opens a new session after a failure; never retries a refused PIN, since a few wrong ones lock the token. */
    synchronized void reconnect() {
        if (session.isPresent() || !breaker.tryAcquirePermission()) {
            return;
        }
        try {
            session = Optional.of(opener.get());
            LOG.info("Reconnected to the HSM");
        } catch (InvalidSettingException failed) {
            if (HsmFault.isAboutThePin(failed)) {
                breaker.transitionToForcedOpenState();
                fail(failed.getMessage() + "; no other try is made: correct it and restart");
            } else {
                breaker.transitionToOpenState();
                fail(failed.getMessage());
            }
        } catch (RuntimeException unexpected) {
            breaker.transitionToOpenState();
            fail("the HSM cannot be opened (" + HsmFault.reason(unexpected) + ")");
            throw unexpected;
        } finally {
            breaker.releasePermission(); // the first call shows whether it works
        }
    }

    void close() {
        session.ifPresent(HsmSession::close);
        breaker.transitionToForcedOpenState();
    }

    private <T> T call(Use<T> use, HsmSession current) throws Exception {
        if (calls() == 1) {
            lastActivity = System.nanoTime();
        }
        try {
            return use.with(current);
        } catch (GeneralSecurityException | JOSEException | IOException | RuntimeException failed) {
            if (session.filter(current::equals).isPresent()) {
                throw failed;
            }
            throw new HsmUnavailableException("the HSM does not answer (" + HsmFault.reason(failed) + ")");
        } catch (Error failed) { // not counted by the breaker, which would wait for its trial call for ever
            throw new ProviderException(failed);
        } finally {
            lastActivity = System.nanoTime();
        }
    }

    private int calls() {
        return MAX_CALLS - bulkhead.getMetrics().getAvailableConcurrentCalls();
    }

    private boolean hangs() {
        return calls() > 0 && System.nanoTime() - lastActivity > hangTimeout.toNanos();
    }

    private String hangMessage() {
        return "the HSM has not answered for "
                + Duration.ofNanos(System.nanoTime() - lastActivity).toSeconds() + " s";
    }

    /** Logs a repeated cause only once. */
    private HsmUnavailableException fail(String why) {
        if (!fault.equals(Optional.of(why))) {
            LOG.log(Level.WARNING, "HSM: {0}", why);
        }
        fault = Optional.of(why);
        return new HsmUnavailableException(why);
    }
}
