package com.amplihack.auth.audit;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Notices that a line is more than a second older than the one before it, and tells so once a minute at most. Callers
 * synchronize.
 */
final class ClockWatch {
    private static final Duration TOLERATED = Duration.ofSeconds(1);
    private static final long MINUTE = Duration.ofMinutes(1).toNanos();

    private final LongSupplier ticks;
    private @Nullable Instant last;
    private long told;

    /**
     * Begins behind a line.
     *
     * @param last when it was written; empty if there is none
     * @param ticks as {@link System#nanoTime}
     */
    ClockWatch(Optional<Instant> last, LongSupplier ticks) {
        this.last = last.orElse(null);
        this.ticks = ticks;
        told = ticks.getAsLong() - MINUTE;
    }

    /** Takes the time of the next line; returns how far it is back, if that is to be told. */
    Optional<Duration> stepBack(Instant time) {
        Instant now = time.truncatedTo(ChronoUnit.MILLIS); // as the line has it
        Instant before = last;
        last = now;
        if (before == null || !now.isBefore(before.minus(TOLERATED)) || ticks.getAsLong() - told < MINUTE) {
            return Optional.empty();
        }
        told = ticks.getAsLong();
        return Optional.of(Duration.between(now, before));
    }
}
