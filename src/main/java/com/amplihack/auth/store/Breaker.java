package com.amplihack.auth.store;

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
 * Refuses at once what a silent server (Redis, the account database) would keep waiting (docs/outage-policy.md): after
 * five failures among the last ten questions, for a second; then two questions go through, and their answers decide.
 */
public final class Breaker {
    private static final Logger LOG = Logger.getLogger(Breaker.class.getName());

    private final CircuitBreaker breaker;

    /**
     * Made closed.
     *
     * @param server with its address, for the log
     * @param silence what counts as no answer; every other failure is an answer
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
                    LOG.log(
                            Level.SEVERE,
                            "{0} does not answer: what needs it is refused at once, and it is asked again every second",
                            server);
                    opened.run();
                }
                case HALF_OPEN_TO_OPEN -> opened.run();
                case HALF_OPEN_TO_CLOSED -> LOG.log(Level.INFO, "{0} answers again", server);
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
