package com.amplihack.auth.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class SampledTest {
    @Test
    void whoReadsOftenAsksOnce() {
        AtomicInteger asked = new AtomicInteger();
        Sampled sampled = new Sampled(asked::incrementAndGet);

        assertEquals(1, sampled.value());
        assertEquals(1, sampled.value());
    }

    @Test
    void whatCannotBeHadIsNoNumber() {
        AtomicInteger asked = new AtomicInteger();
        Sampled sampled = new Sampled(() -> {
            asked.incrementAndGet();
            throw new IllegalStateException();
        });

        assertEquals(Double.NaN, sampled.value());
        assertEquals(Double.NaN, sampled.value());
        assertEquals(1, asked.get(), "nor asked for again at once");
    }
}
