package com.amplihack.auth.audit;

import com.amplihack.auth.web.ClientContext;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * Bounds how long a request waits for its lines: 15 ms for one, and 40 ms for all of them, as recording may hold no request for
 * longer than 50 ms. The lines are written in their order, so whoever waited for the last one has them all.
 */
final class WaitingBudget {
    private static final long MOST_OF_A_LINE = Duration.ofMillis(15).toNanos();
    private static final long MOST_OF_A_REQUEST = Duration.ofMillis(40).toNanos();
    private static final int MOST_REQUESTS = 10_000;

    private final LongSupplier clock;

    /** Nanoseconds that each request has waited, told by its very object; they end with it. */
    private final Cache<ClientContext, AtomicLong> waited = Caffeine.newBuilder()
            .weakKeys() // compares by identity: no request takes the budget of another one
            .maximumSize(MOST_REQUESTS)
            .executor(Runnable::run) // maintenance on the calling thread
            .build();

    /** Waits for a line. */
    @FunctionalInterface
    interface Waiting {
        /** Whether the line is in the file within so many nanoseconds. */
        boolean isWritten(long nanos) throws InterruptedException;
    }

    /** @param clock as {@link System#nanoTime} */
    WaitingBudget(LongSupplier clock) {
        this.clock = clock;
    }

    /** Waits while the request may; false if the line is late: not written in the most time that one may take. */
    boolean isInTime(ClientContext request, Waiting line) throws InterruptedException {
        if (request.equals(ClientContext.NONE)) { // not on a request's thread: a timer, or JMX
            return line.isWritten(MOST_OF_A_LINE);
        }
        AtomicLong sum = waited.get(request, fresh -> new AtomicLong());
        long most = Math.min(MOST_OF_A_LINE, MOST_OF_A_REQUEST - sum.get());
        if (most <= 0) {
            return true;
        }
        long since = clock.getAsLong();
        try {
            return line.isWritten(most) || most < MOST_OF_A_LINE;
        } finally {
            sum.addAndGet(clock.getAsLong() - since);
        }
    }
}
