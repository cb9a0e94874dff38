package com.amplihack.auth.config.type;

import com.amplihack.auth.config.source.SettingsReader;
import java.time.Duration;

/**
 * A rate limit, and the length of the window in which it counts.
 *
 * @param name in {@code RateLimit} headers and metrics
 * @param limit permits per window; 0 means unlimited
 * @param window at least a second
 */
public record Quota(String name, int limit, Duration window) {
    public static Quota read(String name, int least, SettingsReader from) {
        int limit = from.integer("auth." + name + ".limit", least, 1_000_000);
        int seconds = from.integer("auth." + name + ".window.seconds", 1, 86_400);
        return new Quota(name, limit, Duration.ofSeconds(seconds));
    }

    public boolean unlimited() {
        return limit == 0;
    }
}
