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
 * Tells of each outage of Redis twice: when it begins, and when it is over, which it is when something is answered and
 * nothing has failed for five seconds. A Redis that comes and goes meanwhile is one outage.
 */
final class Outages {
    static final String NO_ANSWER = "no_answer";

    private static final long QUIET = Duration.ofSeconds(5).toNanos();

    /** With these Redis refuses whoever asks; other errors concern one user's record. In a script they stand inside. */
    private static final Pattern FOR_EVERYBODY = Pattern.compile(
            "\\b(READONLY|OOM|LOADING|BUSY|MISCONF|MASTERDOWN|CLUSTERDOWN|NOREPLICAS|NOAUTH|WRONGPASS|NOPERM)\\b");

    private final String address;
    private final LongSupplier nanoTime;
    private volatile Consumer<StoreOutage> listener = outage -> {};
    private volatile boolean away;
    private volatile long lastFailure;
    private String reason = "";
    private long since;

    Outages(String address, LongSupplier nanoTime) {
        this.address = address;
        this.nanoTime = nanoTime;
    }

    /** Who is told, from now on. */
    void tell(Consumer<StoreOutage> told) {
        listener = told;
    }

    /** Redis cannot serve anybody. */
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

    /** The word with which Redis refuses whoever asks; empty for any other failure. */
    static Optional<String> refusalOfEverybody(Throwable failure) {
        return Optional.of(failure)
                .filter(JedisDataException.class::isInstance)
                .map(error -> FOR_EVERYBODY.matcher(String.valueOf(error.getMessage())))
                .filter(Matcher::find)
                .map(Matcher::group);
    }

    /** A question has failed; whether that is an outage depends on the error, or on how many do. */
    void failed(RuntimeException failure) {
        if (failure instanceof JedisDataException) {
            refusalOfEverybody(failure).ifPresent(this::begin);
        } else if (away) {
            lastFailure = nanoTime.getAsLong();
        }
    }

    /** A question was answered. */
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
