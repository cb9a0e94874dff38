package com.amplihack.auth.users.login;

import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * Begins login attempts: while concurrent attempts take up all places of an account or address, another one waits, for a
 * bounded time and with a bounded number of others, instead of being refused as a wrong password.
 */
final class LoginQueue {
    private static final Duration MAX_WAIT = Duration.ofSeconds(5);
    private static final Duration POLL_INTERVAL = Duration.ofMillis(50);

    private final String refusal;
    private final AtomicInteger waiting = new AtomicInteger();

    /** @param refusal the sentence for whoever waited in vain */
    LoginQueue(String refusal) {
        this.refusal = refusal;
    }

    /**
     * Begins an attempt.
     *
     * @param begin tries to
     * @param mustWait whether it could not yet
     * @param maxWaiting how many attempts may wait on this node at a time
     * @return an attempt that is admitted or refused
     * @throws AuthException {@code overloaded} when no place was free in time, or {@code store_unavailable}
     */
    <T> T await(Supplier<T> begin, Predicate<T> mustWait, int maxWaiting) {
        T first = begin.get();
        if (!mustWait.test(first)) {
            return first;
        }
        try {
            if (waiting.incrementAndGet() <= maxWaiting) {
                long end = System.nanoTime() + MAX_WAIT.toNanos();
                do {
                    Thread.sleep(POLL_INTERVAL.toMillis());
                    T next = begin.get();
                    if (!mustWait.test(next)) {
                        return next;
                    }
                } while (System.nanoTime() < end);
            }
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        } finally {
            waiting.decrementAndGet();
        }
        throw new AuthException(ErrorCode.OVERLOADED, refusal);
    }
}
