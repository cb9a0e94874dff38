package com.amplihack.auth.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class MetersTest {
    @Test
    void whoReadsOftenAsksOnce() {
        AtomicInteger asked = new AtomicInteger();
        Supplier<Double> cached = Meters.cached(asked::incrementAndGet);

        assertEquals(1, cached.get());
        assertEquals(1, cached.get());
    }

    @Test
    void whatCannotBeHadIsNoNumber() {
        AtomicInteger asked = new AtomicInteger();
        Supplier<Double> cached = Meters.cached(() -> {
            asked.incrementAndGet();
            throw new IllegalStateException();
        });

        assertEquals(Double.NaN, cached.get());
        assertEquals(Double.NaN, cached.get());
        assertEquals(1, asked.get(), "nor asked for again at once");
    }
}
