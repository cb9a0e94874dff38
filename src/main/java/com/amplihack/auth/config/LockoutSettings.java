package com.amplihack.auth.config;

import com.amplihack.auth.config.source.SettingsReader;
import java.time.Duration;

/**
 * How many failures strangers may have on one account, and how long they are locked out of it after that.
 *
 * <p>A failure counts for {@link #window}, which is as long as the longest lock: staying just below the threshold gains
 * no more guesses than running into it.
 *
 * @param threshold failures that lock strangers out
 * @param first length of the first lock; each further one is twice as long, at most eight times
 */
public record LockoutSettings(int threshold, Duration first) {
    /** Failures within {@link #window} that a known device has for itself, before it counts as a stranger. */
    public static final int DEVICE_QUOTA = 10;

    /** So long after a lock's end the next one is a first one again. */
    public static final Duration MEMORY = Duration.ofDays(1);

    /** How often a lock is doubled: up to eight times the first. */
    public static final int DOUBLINGS = 3;

    static LockoutSettings read(SettingsReader from) {
        SettingsReader live = from.live();
        return new LockoutSettings(
                live.integer("auth.lockout.threshold", 1, 100),
                Duration.ofMinutes(live.integer("auth.lockout.minutes", 1, 1_440)));
    }

    /** How long a failure counts. */
    public Duration window() {
        return lock(DOUBLINGS);
    }

    /**
     * How long a lock lasts.
     *
     * @param before locks that came shortly before it
     */
    public Duration lock(int before) {
        return first.multipliedBy(1L << Math.min(before, DOUBLINGS));
    }

    /**
     * The most guesses at one account that strangers get in any such time, however many they are: a threshold's worth
     * before each lock, and the locks one after the other from the shortest. With 10 and 15 minutes that is 150 in the
     * first day and 120 in each further one.
     */
    public int guessesWithin(Duration time) {
        int locks = 0;
        for (Duration at = Duration.ZERO; at.compareTo(time) < 0; at = at.plus(lock(locks++))) {
            // each turn is one lock
        }
        return locks * threshold;
    }
}
