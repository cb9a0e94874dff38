package com.amplihack.auth.config.type;

import com.amplihack.auth.config.source.SettingsReader;
import java.time.Duration;

/**
 * So many in any window of that length.
 *
 * @param name what the {@code RateLimit} headers and the metrics call it
 * @param limit how many; 0 means no limit
 * @param window the sliding window's length, at least a second
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
