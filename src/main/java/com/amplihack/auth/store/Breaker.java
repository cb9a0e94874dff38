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
 * Refuses at once what a server that serves nobody (Redis, the account database) would keep waiting, or refuse
 * (docs/outage-policy.md): after five failures among the last ten questions, for a second; then two questions go through,
 * and their answers decide.
 */
public final class Breaker {
    private final RateLimitedLogger log = new RateLimitedLogger(Logger.getLogger(Breaker.class.getName()), 1);

    private final CircuitBreaker breaker;

    /**
     * Made closed.
     *
     * @param server with its address, for the log
     * @param silence what counts as a failure; every other exception is an answer
     * @param neither what counts as neither
     * @param opened run each time that it opens
     */
    public Breaker(String server, Predicate<Throwable> silence, Predicate<Throwable> neither, Runnable opened) {
        breaker = CircuitBreaker.of(
                server,
                CircuitBreakerConfig.custom()
                        .slidingWindow(10, 5, SlidingWindowType.COUNT_BASED)
                        .failureRateThreshold(50)
                        .waitDurationInOpenState(Duration.ofSeconds(1))
                        .permittedNumberOfCallsInHalfOpenState(2)
                        .recordException(silence)
                        .ignoreException(neither)
                        .writableStackTraceEnabled(false)
                        .build());
        breaker.getEventPublisher().onStateTransition(event -> {
            switch (event.getStateTransition()) {
                case CLOSED_TO_OPEN -> {
                    log.log(
                            Level.SEVERE,
                            "open",
                            server + " serves nobody: what needs it is refused at once, and it is asked again every"
                                    + " second");
                    opened.run();
                }
                case HALF_OPEN_TO_OPEN -> opened.run();
                case HALF_OPEN_TO_CLOSED -> log.log(Level.INFO, "closed", server + " answers again");
                default -> {
                    // on its way
                }
            }
        });
    }

    /**
     * Asks, unless it is open.
     *
     * @throws CallNotPermittedException when it is
     */
    public <T> T call(Supplier<T> question) {
        return breaker.executeSupplier(question);
    }
}
