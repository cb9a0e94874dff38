package com.amplihack.auth.admin.overview;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The samples of the last hour in steps of ten seconds, which begin at whole multiples since 1970; safe for threads. */
final class SampleSeries {
    static final int STEP_SECONDS = 10;
    static final int LENGTH = 360;

    private final @Nullable Sample[] samples = new Sample[LENGTH];
    private long last = -1;

    /** The step that an instant belongs to. */
    static long stepOf(long epochSecond) {
        return Math.floorDiv(epochSecond, STEP_SECONDS);
    }

    /** Adds to a step; steps over an hour older than the newest one, or far in the future, are left out. */
    synchronized void add(long step, Sample sample, long now) {
        if (step > now + 1 || step <= now - LENGTH) {
            return;
        }
        if (step > last) {
            // what lies between was not sampled
            for (long empty = Math.max(last + 1, step - LENGTH + 1); empty <= step; empty++) {
                samples[index(empty)] = null;
            }
            last = step;
        } else if (step <= last - LENGTH) {
            return;
        }
        Sample before = samples[index(step)];
        samples[index(step)] = before == null ? sample : before.plus(sample);
    }

    /** The samples of these steps; empty for a step without one. */
    synchronized List<Optional<Sample>> between(long first, long end) {
        List<Optional<Sample>> found = new ArrayList<>();
        for (long step = first; step < end; step++) {
            boolean kept = step <= last && step > last - LENGTH;
            found.add(kept ? Optional.ofNullable(samples[index(step)]) : Optional.empty());
        }
        return found;
    }

    /** How many steps have a sample. */
    synchronized long size() {
        return Arrays.stream(samples).filter(Objects::nonNull).count();
    }

    private static int index(long step) {
        return (int) (step % LENGTH);
    }
}
