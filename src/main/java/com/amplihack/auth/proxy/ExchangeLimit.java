package com.amplihack.auth.proxy;

import com.amplihack.auth.config.ProxySettings;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/** Bounds the exchanges that this node has open at a time, in all and for each subject. */
final class ExchangeLimit {
    private final Map<String, Integer> bySubject = new HashMap<>();
    private int inAll;

    /**
     * Takes a place.
     *
     * @param settings as they are now: a lowered bound holds for new exchanges, and ends none
     * @return gives the place back; again without effect
     * @throws AuthException {@code rate_limited} when the subject has no place left, {@code overloaded} when nobody has
     */
    synchronized Runnable enter(String subject, ProxySettings settings) {
        int open = bySubject.getOrDefault(subject, 0);
        if (open >= settings.maxExchangesPerSubject()) {
            throw new AuthException(
                            ErrorCode.RATE_LIMITED,
                            "At most " + settings.maxExchangesPerSubject() + " requests of one account at a time.")
                    .retryAfter(Duration.ofSeconds(1));
        }
        if (inAll >= settings.maxExchanges()) {
            throw new AuthException(ErrorCode.OVERLOADED, "Too many requests are on their way to the upstream.");
        }
        bySubject.put(subject, open + 1);
        inAll++;
        return new Place(subject);
    }

    /** How many are open. */
    synchronized int open() {
        return inAll;
    }

    /** How many subjects are remembered: those with an open exchange alone. */
    synchronized int subjects() {
        return bySubject.size();
    }

    private synchronized void leave(String subject) {
        inAll--;
        bySubject.computeIfPresent(subject, (key, open) -> open == 1 ? null : open - 1);
    }

    private final class Place implements Runnable {
        private final String subject;
        private boolean left;

        Place(String subject) {
            this.subject = subject;
        }

        @Override
        public synchronized void run() {
            if (!left) {
                left = true;
                leave(subject);
            }
        }
    }
}
