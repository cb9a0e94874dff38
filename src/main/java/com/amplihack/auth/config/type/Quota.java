package com.amplihack.auth.config.type;

import java.time.Duration;

/**
 * A rate limit, and the length of the window in which it counts.
 *
 * @param name in {@code RateLimit} headers and metrics
 * @param limit permits per window; 0 means unlimited
 * @param window at least a second
 */
public record Quota(String name, int limit, Duration window) {
    public boolean unlimited() {
        return limit == 0;
    }
}
