package com.amplihack.auth.proxy;

import com.amplihack.auth.config.ProxySettings;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/** Limits the concurrent exchanges of this node, in total and per subject. */
final class ExchangeLimit {
    private final Map<String, Integer> bySubject = new HashMap<>();
    private int total;

    /**
     * Acquires a permit.
     *
     * @param settings the current settings; a lowered limit applies to new exchanges only
     * @return runs once to release the permit; further runs do nothing
     * @throws AuthException {@code rate_limited} at the subject's limit, {@code overloaded} at the total limit
     */
    synchronized Runnable acquire(String subject, ProxySettings settings) {
        int open = bySubject.getOrDefault(subject, 0);
        if (open >= settings.maxExchangesPerSubject()) {
            throw new AuthException(
                            ErrorCode.RATE_LIMITED,
                            "At most " + settings.maxExchangesPerSubject() + " concurrent requests per account.")
                    .retryAfter(Duration.ofSeconds(1));
        }
        if (total >= settings.maxExchanges()) {
            throw new AuthException(ErrorCode.OVERLOADED, "Too many concurrent requests to the upstream.");
        }
        bySubject.put(subject, open + 1);
        total++;
        return new Permit(subject);
    }

    /** The number of open exchanges. */
    synchronized int open() {
        return total;
    }

    /** The number of subjects with an open exchange; the map keeps no others. */
    synchronized int subjects() {
        return bySubject.size();
    }

    private synchronized void release(String subject) {
        total--;
        bySubject.computeIfPresent(subject, (key, open) -> open == 1 ? null : open - 1);
    }

    private final class Permit implements Runnable {
        private final String subject;
        private boolean released;

        Permit(String subject) {
            this.subject = subject;
        }

        @Override
        public synchronized void run() {
            if (!released) {
                released = true;
                release(subject);
            }
        }
    }
}
