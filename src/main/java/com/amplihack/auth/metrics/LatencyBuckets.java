package com.amplihack.auth.metrics;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;

/**
 * Counts durations by size, for percentiles over short times: the server's own histograms tell their counts to
 * {@code /metrics} alone.
 */
public final class LatencyBuckets {
    /** Upper bounds in milliseconds; whatever takes longer falls into one more bucket. */
    private static final List<Double> BOUNDS =
            List.of(0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 25.0, 50.0, 100.0, 250.0, 500.0, 1000.0, 2500.0);

    private final List<LongAdder> buckets =
            Stream.generate(LongAdder::new).limit(size()).toList();

    /** How many buckets there are. */
    public static int size() {
        return BOUNDS.size() + 1;
    }

    void observe(Duration took) {
        double millis = took.toNanos() / 1e6;
        int bucket = 0;
        while (bucket < BOUNDS.size() && millis > BOUNDS.get(bucket)) {
            bucket++;
        }
        buckets.get(bucket).increment();
    }

    /** The count of each bucket since the start, the fastest first. */
    public List<Long> counts() {
        return buckets.stream().map(LongAdder::sum).toList();
    }

    /**
     * Estimates a percentile, linearly within its bucket.
     *
     * @param counts of each bucket
     * @param part from 0 to 1
     * @return milliseconds, at most the highest bound; NaN if nothing was counted
     */
    public static double percentile(List<Long> counts, double part) {
        double rank = part * counts.stream().mapToLong(Long::longValue).sum();
        double seen = 0;
        for (int i = 0; i < counts.size(); i++) {
            long count = counts.get(i);
            if (count > 0 && seen + count >= rank) {
                double low = i == 0 ? 0 : BOUNDS.get(i - 1);
                double high = i == BOUNDS.size() ? low : BOUNDS.get(i);
                return low + (high - low) * (rank - seen) / count;
            }
            seen += count;
        }
        return Double.NaN;
    }
}
