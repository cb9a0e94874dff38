package com.amplihack.auth.store;

import com.amplihack.auth.problem.RateLimitedLogger;
import io.github.resilience4j.circuitbreaker.CallNotPermittedException;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowType;
import java.time.Duration;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * A circuit breaker for Redis or the account database (docs/outage-policy.md): opens for a second when five of the last
 * ten calls have failed, then lets two trial calls through, which close it or open it again.
 */
public final class Breaker {
    private final RateLimitedLogger log = new RateLimitedLogger(Logger.getLogger(Breaker.class.getName()), 1);

    private final CircuitBreaker breaker;

    /**
     * Creates a closed breaker.
     *
     * @param server name and address of the server, for the log
     * @param failure which exceptions count as failures; the others count as successes
     * @param ignored which exceptions count as neither
     * @param opened runs each time the breaker opens
     */
    public Breaker(String server, Predicate<Throwable> failure, Predicate<Throwable> ignored, Runnable opened) {
        breaker = CircuitBreaker.of(
                server,
                CircuitBreakerConfig.custom()
                        .slidingWindow(10, 5, SlidingWindowType.COUNT_BASED)
                        .failureRateThreshold(50)
                        .waitDurationInOpenState(Duration.ofSeconds(1))
                        .permittedNumberOfCallsInHalfOpenState(2)
                        .recordException(failure)
                        .ignoreException(ignored)
                        .writableStackTraceEnabled(false)
                        .build());
        breaker.getEventPublisher().onStateTransition(event -> {
            switch (event.getStateTransition()) {
                case CLOSED_TO_OPEN -> {
                    log.log(
                            Level.SEVERE,
                            "open",
                            server + " does not work: requests that need it are refused at once, and it is tried again"
                                    + " every second");
                    opened.run();
                }
                case HALF_OPEN_TO_OPEN -> opened.run();
                case HALF_OPEN_TO_CLOSED -> log.log(Level.INFO, "closed", server + " works again");
                default -> {
                    // other transitions are not logged
                }
            }
        });
    }

    /**
     * Runs the call, unless the breaker is open.
     *
     * @throws CallNotPermittedException if it is open
     */
    public <T> T call(Supplier<T> call) {
        return breaker.executeSupplier(call);
    }
}
