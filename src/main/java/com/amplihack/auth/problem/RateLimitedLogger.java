package com.amplihack.auth.problem;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Rate-limits log messages: logs the first few of each kind per minute and then the number of suppressed ones. */
public final class RateLimitedLogger {
    private static final int MAX_KINDS = 100;
    private static final String OTHERS = "";

    /** Few: static ones and one per connection pool. */
    private static final Set<RateLimitedLogger> ALL = ConcurrentHashMap.newKeySet();

    private record Seen(Level level, String first, int count) {}

    private final Logger log;
    private final int lines;
    private final Map<String, Seen> seen = new HashMap<>(); // by kind, in this minute

    /** @param lines messages per kind and minute that are logged, at least 1 */
    public RateLimitedLogger(Logger log, int lines) {
        this.log = log;
        this.lines = lines;
        ALL.add(this);
    }

    /** Logs the number of suppressed messages and resets the counts; call it once a minute. */
    public static void endMinute() {
        ALL.forEach(RateLimitedLogger::logSuppressed);
    }

    /**
     * Logs or counts a message.
     *
     * @param kind messages of one kind share a count; use few kinds
     * @param message without placeholders
     */
    public void log(Level level, String kind, String message) {
        log(level, kind, message, null);
    }

    /** Logs or counts a message with a stack trace. */
    public void log(Level level, String kind, String message, @Nullable Throwable thrown) {
        if (mayLog(level, kind, message)) {
            log.log(level, message, thrown);
        }
    }

    private synchronized boolean mayLog(Level level, String kind, String message) {
        String counted = seen.containsKey(kind) || seen.size() < MAX_KINDS ? kind : OTHERS;
        Seen now = seen.merge(
                counted,
                new Seen(level, message, 1),
                (before, one) -> new Seen(before.level(), before.first(), before.count() + 1));
        return now.count() <= lines;
    }

    void logSuppressed() {
        Map<String, Seen> minute;
        synchronized (this) {
            minute = Map.copyOf(seen);
            seen.clear();
        }
        minute.values().stream()
                .filter(kind -> kind.count() > lines)
                .forEach(kind -> log.log(
                        kind.level(),
                        (kind.count() - lines) + " more within a minute, the first of which was: " + kind.first()));
    }
}
