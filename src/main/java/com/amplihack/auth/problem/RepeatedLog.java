package com.amplihack.auth.problem;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Logs the first messages of a kind in a minute, and then how many more there were: what a client or an outage can repeat
 * does not fill the log.
 */
public final class RepeatedLog {
    private static final int MOST_KINDS = 100;
    private static final String OTHERS = "";

    /** A few for each deployment: static ones, and those of the connections. */
    private static final Set<RepeatedLog> ALL = ConcurrentHashMap.newKeySet();

    private record Seen(Level level, String first, int count) {}

    private final Logger log;
    private final int lines;
    private final Map<String, Seen> seen = new HashMap<>(); // by kind, since the last minute's end

    /**
     * Writes to that logger.
     *
     * @param lines of each kind that are logged one by one in a minute, at least 1
     */
    public RepeatedLog(Logger log, int lines) {
        this.log = log;
        this.lines = lines;
        ALL.add(this);
    }

    /** Has each of them log how many more messages there were, and begin to count anew: to be called each minute. */
    public static void endMinute() {
        ALL.forEach(RepeatedLog::tell);
    }

    /**
     * Logs a message, or counts it.
     *
     * @param kind tells messages apart that are counted together; few of them
     * @param message as it is to be read, without placeholders
     */
    public void log(Level level, String kind, String message) {
        log(level, kind, message, null);
    }

    /** The same with a stack trace. */
    public void log(Level level, String kind, String message, @Nullable Throwable thrown) {
        if (mayLog(level, kind, message)) {
            log.log(level, message, thrown);
        }
    }

    private synchronized boolean mayLog(Level level, String kind, String message) {
        String counted = seen.containsKey(kind) || seen.size() < MOST_KINDS ? kind : OTHERS;
        Seen now = seen.merge(
                counted,
                new Seen(level, message, 1),
                (before, one) -> new Seen(before.level(), before.first(), before.count() + 1));
        return now.count() <= lines;
    }

    void tell() {
        Map<String, Seen> told;
        synchronized (this) {
            told = Map.copyOf(seen);
            seen.clear();
        }
        told.values().stream()
                .filter(kind -> kind.count() > lines)
                .forEach(kind -> log.log(
                        kind.level(),
                        (kind.count() - lines) + " more within a minute, the first of which was: " + kind.first()));
    }
}
