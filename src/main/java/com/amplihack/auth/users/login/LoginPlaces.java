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
 * Begins attempts at passwords: one that finds all places of its account taken by attempts that are being looked at waits
 * for one of them to be free, for a bounded time and in bounded company; it is never told that its password is wrong.
 */
final class LoginPlaces {
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(5);
    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(50);

    private final LoginStore store;
    private final AtomicInteger waiting = new AtomicInteger();

    LoginPlaces(LoginStore store) {
        this.store = store;
    }

    /**
     * Begins an attempt.
     *
     * @param company how many may wait at this node at a time
     * @return an attempt that is admitted or refused
     * @throws AuthException {@code overloaded} when there was no place in time, or {@code store_unavailable}
     */
    LoginAttempt begin(String subject, Optional<String> device, LockoutSettings rules, int company) {
        LoginAttempt first = store.beginLogin(subject, device, rules);
        if (!first.mustWait()) {
            return first;
        }
        try {
            if (waiting.incrementAndGet() <= company) {
                long end = System.nanoTime() + LONGEST_WAIT.toNanos();
                do {
                    Thread.sleep(BETWEEN_LOOKS.toMillis());
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
        throw new AuthException(ErrorCode.OVERLOADED, "Too many passwords of this account are being checked.");
    }
}
