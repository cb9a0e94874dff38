package com.amplihack.auth.metrics;

import java.time.Duration;
import java.util.function.LongSupplier;

/** A number that is dear to ask for: asked for at most every ten seconds, by whoever reads it; NaN when it cannot be had. */
final class Sampled {
    private static final long KEPT = Duration.ofSeconds(10).toNanos();

    private final LongSupplier source;
    private double value = Double.NaN;
    private long askedAt;
    private boolean asked;

    Sampled(LongSupplier source) {
        this.source = source;
    }

    synchronized double value() {
        long now = System.nanoTime();
        if (!asked || now - askedAt > KEPT) {
            asked = true;
            askedAt = now;
            try {
                value = source.getAsLong();
            } catch (RuntimeException unavailable) {
                value = Double.NaN; // an old number would look like a true one
            }
        }
        return value;
    }
}
