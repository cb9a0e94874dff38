package com.amplihack.auth.problem;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Logs the first messages of a kind in a minute, and then how many more there were: what a client or an outage can repeat
 * does not fill the log.
 */
public final class RepeatedLog {
    private static final int MOST_KINDS = 100;
    private static final String OTHERS = "";

    private final Logger log;
    private final int lines;
    private final Executor afterAMinute;
    private final Map<String, Integer> seen = new HashMap<>(); // by kind, in its minute

    /**
     * Writes to that logger.
     *
     * @param lines of each kind that are logged one by one in a minute, at least 1
     */
    public RepeatedLog(Logger log, int lines) {
        this(log, lines, CompletableFuture.delayedExecutor(1, TimeUnit.MINUTES));
    }

    RepeatedLog(Logger log, int lines, Executor afterAMinute) {
        this.log = log;
        this.lines = lines;
        this.afterAMinute = afterAMinute;
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
    public void log(Level level, String kind, String message, Throwable thrown) {
        if (mayLog(level, kind, message)) {
            log.log(level, message, thrown);
        }
    }

    private synchronized boolean mayLog(Level level, String kind, String message) {
        String counted = seen.containsKey(kind) || seen.size() < MOST_KINDS ? kind : OTHERS;
        int count = seen.merge(counted, 1, Integer::sum);
        if (count == 1) {
            afterAMinute.execute(() -> tell(level, counted, message));
        }
        return count <= lines;
    }

    private void tell(Level level, String kind, String first) {
        int more;
        synchronized (this) {
            more = seen.remove(kind) - lines;
        }
        if (more > 0) {
            log.log(level, more + " more within a minute, the first of which was: " + first);
        }
    }
}
