package com.amplihack.auth.config;

import com.amplihack.auth.config.source.Setting;
import com.amplihack.auth.config.source.SettingsReader;
import java.time.Duration;

/**
 * The lockout of unknown devices from an account after repeated login failures, with exponential back-off.
 *
 * <p>A failure counts for {@link #window}, as long as the longest lock, so that staying below the threshold gains no extra
 * guesses.
 *
 * @param threshold failures that trigger a lock
 * @param first duration of the first lock; each further one doubles it, up to eight times the first
 */
public record LockoutSettings(int threshold, Duration first) {
    /** A known device's own quota of failures within {@link #window}; beyond it, it counts as unknown. */
    public static final int DEVICE_QUOTA = 10;

    /** The time after a lock's end that resets the back-off. */
    public static final Duration MEMORY = Duration.ofDays(1);

    /** How often the duration doubles: up to eight times the first. */
    public static final int DOUBLINGS = 3;

    private static final Setting<Integer> THRESHOLD = Setting.integer("auth.lockout.threshold", "failures", 1, 100)
            .byDefault("10")
            .live()
            .says("failed sign-ins from unknown devices at one account that lock it for them (docs/lockout.md)");
    private static final Setting<Integer> MINUTES = Setting.integer("auth.lockout.minutes", "minutes", 1, 1_440)
            .byDefault("15")
            .live()
            .says("the length of a first lock; each further one is twice as long, up to eight times");

    static LockoutSettings read(SettingsReader from) {
        return new LockoutSettings(from.read(THRESHOLD), Duration.ofMinutes(from.read(MINUTES)));
    }

    /** How long a failure counts. */
    public Duration window() {
        return lock(DOUBLINGS);
    }

    /**
     * The duration of a lock.
     *
     * @param before the number of locks before it within {@link #MEMORY}
     */
    public Duration lock(int before) {
        return first.multipliedBy(1L << Math.min(before, DOUBLINGS));
    }

    /**
     * The maximum number of guesses that all unknown devices together get at one account: the threshold before each of the
     * successive locks. With 10 and 15 minutes, 150 in the first day and 120 in each further one.
     */
    public int guessesWithin(Duration time) {
        int locks = 0;
        for (Duration at = Duration.ZERO; at.compareTo(time) < 0; at = at.plus(lock(locks++))) {
            // counts the locks
        }
        return locks * threshold;
    }
}
