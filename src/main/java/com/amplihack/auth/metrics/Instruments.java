package com.amplihack.auth.metrics;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.eclipse.microprofile.metrics.Counter;
import org.eclipse.microprofile.metrics.MetricRegistry;
import org.eclipse.microprofile.metrics.Tag;
import org.eclipse.microprofile.metrics.Timer;

/** Counters, timers and gauges by name with at most one label; without a registry, does nothing. */
final class Instruments {
    private final Optional<MetricRegistry> registry;
    private final Map<Name, Counter> counters = new ConcurrentHashMap<>();
    private final Map<Name, Timer> timers = new ConcurrentHashMap<>();

    /** @param label empty for a metric without one */
    private record Name(String metric, String label, String value) {
        Tag[] tags() {
            return label.isEmpty() ? new Tag[0] : new Tag[] {new Tag(label, value)};
        }
    }

    Instruments(Optional<MetricRegistry> registry) {
        this.registry = registry;
    }

    /** Registers counters at zero, so that dashboards find them before the first event. */
    void register(String metric, String label, String... values) {
        for (String value : values) {
            counter(new Name(metric, label, value));
        }
    }

    void count(String metric) {
        count(metric, "", "");
    }

    void count(String metric, String label, String value) {
        counter(new Name(metric, label, value)).ifPresent(Counter::inc);
    }

    void time(String metric, Duration took) {
        time(metric, "", "", took);
    }

    void time(String metric, String label, String value, Duration took) {
        timer(new Name(metric, label, value)).ifPresent(timer -> timer.update(took));
    }

    void gauge(String metric, String label, String value, Supplier<? extends Number> reading) {
        registry.ifPresent(known -> known.gauge(metric, reading::get, new Name(metric, label, value).tags()));
    }

    /** A counter's total since the start, summed over its label's values. */
    long total(String metric) {
        return counters.entrySet().stream()
                .filter(entry -> entry.getKey().metric().equals(metric))
                .mapToLong(entry -> entry.getValue().getCount())
                .sum();
    }

    private Optional<Counter> counter(Name name) {
        return registry.map(
                known -> counters.computeIfAbsent(name, unknown -> known.counter(name.metric(), name.tags())));
    }

    private Optional<Timer> timer(Name name) {
        return registry.map(known -> timers.computeIfAbsent(name, unknown -> known.timer(name.metric(), name.tags())));
    }
}
