package com.amplihack.auth.store.redis;

import com.amplihack.auth.store.StoreOutage;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import redis.clients.jedis.exceptions.JedisDataException;

/**
 * Notifies a listener when an outage of Redis begins, and when it ends: when a call succeeds and none has failed for
 * five seconds. So a Redis that comes and goes causes one outage.
 */
final class OutageDetector {
    static final String NO_ANSWER = "no_answer";

    private static final long QUIET = Duration.ofSeconds(5).toNanos();

    /** Errors that affect every user. Errors in a script contain the code within their text. */
    private static final Pattern SERVER_WIDE = Pattern.compile(
            "\\b(READONLY|OOM|LOADING|BUSY|MISCONF|MASTERDOWN|CLUSTERDOWN|NOREPLICAS|NOAUTH|WRONGPASS|NOPERM)\\b");

    private final String address;
    private final LongSupplier nanoTime;
    private volatile Consumer<StoreOutage> listener = outage -> {};
    private volatile boolean away;
    private volatile long lastFailure;
    private String reason = "";
    private long since;

    OutageDetector(String address, LongSupplier nanoTime) {
        this.address = address;
        this.nanoTime = nanoTime;
    }

    /** Sets the listener. */
    void tell(Consumer<StoreOutage> told) {
        listener = told;
    }

    /** Begins an outage, unless one has begun already. */
    void begin(String why) {
        lastFailure = nanoTime.getAsLong();
        synchronized (this) {
            if (away) {
                return;
            }
            away = true;
            since = lastFailure;
            reason = why;
        }
        listener.accept(new StoreOutage(address, why, Optional.empty()));
    }

    /** The code of an error that affects every user, such as {@code READONLY}; empty for any other failure. */
    static Optional<String> serverWideError(Throwable failure) {
        return Optional.of(failure)
                .filter(JedisDataException.class::isInstance)
                .map(error -> SERVER_WIDE.matcher(String.valueOf(error.getMessage())))
                .filter(Matcher::find)
                .map(Matcher::group);
    }

    /** Records a failed call: an error that affects every user begins an outage; otherwise the breaker decides. */
    void failed(RuntimeException failure) {
        if (failure instanceof JedisDataException) {
            serverWideError(failure).ifPresent(this::begin);
        } else if (away) {
            lastFailure = nanoTime.getAsLong();
        }
    }

    /** Records a successful call, which may end the outage. */
    void answered() {
        if (!away || nanoTime.getAsLong() - lastFailure < QUIET) {
            return;
        }
        StoreOutage over;
        synchronized (this) {
            if (!away) {
                return;
            }
            away = false;
            over = new StoreOutage(address, reason, Optional.of(Duration.ofNanos(nanoTime.getAsLong() - since)));
        }
        listener.accept(over);
    }
}
