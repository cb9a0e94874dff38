package com.amplihack.auth.users.login;

import com.amplihack.auth.config.LockoutSettings;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import com.amplihack.auth.store.LoginAttempt;
import com.amplihack.auth.store.LoginStore;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Begins login attempts: while concurrent attempts take up all of an account's places, another one waits, for a bounded
 * time and with a bounded number of others, instead of being refused as a wrong password.
 */
final class LoginQueue {
    private static final Duration MAX_WAIT = Duration.ofSeconds(5);
    private static final Duration POLL_INTERVAL = Duration.ofMillis(50);

    private final LoginStore store;
    private final AtomicInteger waiting = new AtomicInteger();

    LoginQueue(LoginStore store) {
        this.store = store;
    }

    /**
     * Begins an attempt.
     *
     * @param maxWaiting how many attempts may wait on this node at a time
     * @return an attempt that is admitted or refused
     * @throws AuthException {@code overloaded} when no place was free in time, or {@code store_unavailable}
     */
    LoginAttempt begin(String subject, Optional<String> device, LockoutSettings rules, int maxWaiting) {
        LoginAttempt first = store.beginLogin(subject, device, rules);
        if (!first.mustWait()) {
            return first;
        }
        try {
            if (waiting.incrementAndGet() <= maxWaiting) {
                long end = System.nanoTime() + MAX_WAIT.toNanos();
                do {
                    Thread.sleep(POLL_INTERVAL.toMillis());
                    LoginAttempt next = store.beginLogin(subject, device, rules);
                    if (!next.mustWait()) {
                        return next;
                    }
                } while (System.nanoTime() < end);
            }
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        } finally {
            waiting.decrementAndGet();
        }
        throw new AuthException(ErrorCode.OVERLOADED, "Too many concurrent login attempts for this account.");
    }
}
