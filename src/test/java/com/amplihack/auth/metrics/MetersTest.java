package com.amplihack.auth.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.eclipse.microprofile.metrics.Counter;
import org.eclipse.microprofile.metrics.MetricRegistry;
import org.eclipse.microprofile.metrics.Tag;
import org.junit.jupiter.api.Test;

class MetersTest {
    @Test
    void whoReadsOftenAsksOnce() {
        AtomicInteger asked = new AtomicInteger();
        Supplier<Double> cached = Meters.cached(asked::incrementAndGet);

        assertEquals(1, cached.get());
        assertEquals(1, cached.get());
    }

    /** Whatever slips into a label, the collector's memory is bounded. */
    @Test
    void aMetricHasABoundedNumberOfSeries() {
        Set<List<Tag>> series = ConcurrentHashMap.newKeySet();
        Counter counter = (Counter) Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {Counter.class},
                (proxy, method, arguments) -> method.getReturnType() == long.class ? 0L : null);
        MetricRegistry registry = (MetricRegistry) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {MetricRegistry.class}, (proxy, method, arguments) -> {
                    series.add(List.of((Tag[]) arguments[1]));
                    return counter;
                });
        Instruments instruments = new Instruments(Optional.of(registry));
        for (int i = 0; i < 10_000; i++) {
            instruments.count("jwt_validation_errors_total", "reason", "invented-" + i);
        }

        assertEquals(Instruments.MOST_SERIES + 1, series.size());
        assertTrue(series.contains(List.of(new Tag("reason", "other"))));
    }

    @Test
    void tracingThatIsOffMakesNoObjects() {
        Tracing off = new Meters().tracing();
        Supplier<String> work = () -> "done";

        assertSame(Tracing.OFF, off);
        assertEquals("done", off.within(Tracing.Step.STORE, "admit", work));
        assertSame(off.carrier(), off.carrier());
        assertSame(off.upstream(), off.upstream());
        assertEquals(Optional.empty(), off.upstream().traceparent());
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
