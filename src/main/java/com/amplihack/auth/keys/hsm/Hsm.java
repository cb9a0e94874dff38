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
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * The HSM behind a circuit breaker and a bulkhead: once it has failed every call is refused at once until {@link #look} has
 * opened a new session, and an HSM that hangs keeps no more threads than the bulkhead admits.
 */
final class Hsm {
    private static final Logger LOG = Logger.getLogger(Hsm.class.getName());

    private static final int MOST_CALLS = 32;
    private static final Duration LONGEST_SILENCE_AT_WORK = Duration.ofMinutes(1); // it may make a key of 4096 bits

    /** Each new session costs the JDK a thread that it never ends, so those that fail at once have pauses between them. */
    private static final IntervalFunction PAUSES =
            IntervalFunction.ofExponentialBackoff(Duration.ofSeconds(1), 2, Duration.ofMinutes(1));

    private final Supplier<HsmSession> opener;
    private final Provider provider;
    private final Duration patience;
    private final Bulkhead bulkhead = Bulkhead.of(
            "HSM",
            BulkheadConfig.custom()
                    .maxConcurrentCalls(MOST_CALLS)
                    .maxWaitDuration(Duration.ofSeconds(1))
                    .writableStackTraceEnabled(false)
                    .build());
    private final CircuitBreaker breaker;
    private volatile Optional<HsmSession> session;
    private volatile long lastSuccess = System.nanoTime();
    private volatile long lastSign = System.nanoTime(); // of life: a call came back, or began while there was no other
    private volatile Optional<String> fault = Optional.empty();

    /** @throws InvalidSettingException with the sentence for the operator */
    Hsm(KeySettings.Hsm settings) {
        this(() -> HsmSession.open(settings), LONGEST_SILENCE_AT_WORK);
    }

    /** @param patience how long no call may come back until the HSM counts as hanging */
    Hsm(Supplier<HsmSession> opener, Duration patience) {
        this.opener = opener;
        this.patience = patience;
        HsmSession first = opener.get();
        session = Optional.of(first);
        provider = first.provider();
        breaker = CircuitBreaker.of(
                "HSM",
                CircuitBreakerConfig.custom()
                        .slidingWindow(1, 1, SlidingWindowType.COUNT_BASED)
                        .failureRateThreshold(100)
                        .waitIntervalFunctionInOpenState(
                                failures -> failures == 1 ? Long.valueOf(0) : PAUSES.apply(failures - 1))
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

    /** What signs: one like it, after the HSM was opened anew. */
    Provider provider() {
        return provider;
    }

    /** What is done with it. */
    @FunctionalInterface
    interface Use<T> {
        T with(HsmSession session) throws GeneralSecurityException, JOSEException, IOException;
    }

    <T> T use(Use<T> use) throws HsmUnavailableException {
        HsmSession current = session.orElseThrow(() -> new HsmUnavailableException("the HSM has failed before"));
        if (hangs()) {
            throw new HsmUnavailableException(silent());
        }
        try {
            T result = breaker.executeCallable(() -> bulkhead.executeCallable(() -> call(use, current)));
            lastSuccess = System.nanoTime();
            fault = Optional.empty();
            return result;
        } catch (CallNotPermittedException open) {
            throw new HsmUnavailableException("the HSM has failed before");
        } catch (BulkheadFullException | AcquirePermissionCancelledException crowd) {
            throw blame("the HSM keeps others waiting");
        } catch (InvalidAlgorithmParameterException refused) { // such as a size that it does not know: it answers well
            throw blame("the HSM refuses: " + refused.getMessage());
        } catch (HsmUnavailableException missing) {
            throw blame(missing.getMessage());
        } catch (Exception failed) {
            LOG.log(Level.SEVERE, "Nothing is signed until the HSM answers again", failed);
            throw blame("the HSM does not answer (" + HsmFault.reason(failed) + ")");
        }
    }

    /** Why the last thing that was asked of it failed, if it did. */
    Optional<String> fault() {
        return hangs() ? Optional.of(silent()) : fault;
    }

    /** How long ago it last did what it was asked for. */
    Duration silence() {
        return Duration.ofNanos(System.nanoTime() - lastSuccess);
    }

    /** Opens a new session if the last one failed. A PIN that was refused is not tried again: a few wrong ones lock a token. */
    synchronized void look() {
        if (session.isPresent() || !breaker.tryAcquirePermission()) {
            return;
        }
        try {
            session = Optional.of(opener.get());
            LOG.info("The HSM was opened anew");
        } catch (InvalidSettingException still) {
            if (HsmFault.isAboutThePin(still)) {
                breaker.transitionToForcedOpenState();
                blame(still.getMessage() + "; no other try is made: correct it and restart");
            } else {
                breaker.transitionToOpenState();
                blame(still.getMessage());
            }
        } finally {
            breaker.releasePermission(); // the first call tells whether it works
        }
    }

    void close() {
        session.ifPresent(HsmSession::close);
        breaker.transitionToForcedOpenState();
    }

    private <T> T call(Use<T> use, HsmSession current) throws Exception {
        if (calls() == 1) {
            lastSign = System.nanoTime();
        }
        try {
            return use.with(current);
        } catch (GeneralSecurityException | JOSEException | IOException | RuntimeException failed) {
            if (session.filter(current::equals).isPresent()) {
                throw failed;
            }
            throw new HsmUnavailableException("the HSM does not answer (" + HsmFault.reason(failed) + ")");
        } finally {
            lastSign = System.nanoTime();
        }
    }

    private int calls() {
        return MOST_CALLS - bulkhead.getMetrics().getAvailableConcurrentCalls();
    }

    private boolean hangs() {
        return calls() > 0 && System.nanoTime() - lastSign > patience.toNanos();
    }

    private String silent() {
        return "the HSM has not answered for "
                + Duration.ofNanos(System.nanoTime() - lastSign).toSeconds() + " s";
    }

    /** Logs a cause once, however often it is met. */
    private HsmUnavailableException blame(String why) {
        if (!fault.equals(Optional.of(why))) {
            LOG.log(Level.WARNING, "HSM: {0}", why);
        }
        fault = Optional.of(why);
        return new HsmUnavailableException(why);
    }
}
