package com.amplihack.auth.admin.overview;

import com.amplihack.auth.metrics.LatencyBuckets;
import com.amplihack.auth.web.StrictJson;
import jakarta.json.JsonArray;
import jakarta.json.JsonNumber;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.JsonValue;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What happened within one step, on one node or on several.
 *
 * @param counts events by name, those alone that happened
 * @param gauges levels at the end of the step by name; of several nodes the highest counts
 * @param validation durations of the gate's decisions, as {@link LatencyBuckets} counts them
 * @param store durations of operations on Redis
 */
record Sample(Map<String, Long> counts, Map<String, Double> gauges, List<Long> validation, List<Long> store) {
    /** How many names of either kind a sample has at most: what another node says is not believed beyond it. */
    private static final int MOST_NAMES = 128;

    static final Sample NOTHING = new Sample(Map.of(), Map.of(), List.of(), List.of());

    Sample {
        counts = Map.copyOf(counts);
        gauges = Map.copyOf(gauges);
        validation = List.copyOf(validation);
        store = List.copyOf(store);
    }

    /** What happened on both. */
    Sample plus(Sample other) {
        Map<String, Long> summed = new HashMap<>(counts);
        other.counts.forEach((name, count) -> {
            if (summed.size() < MOST_NAMES || summed.containsKey(name)) {
                summed.merge(name, count, Long::sum);
            }
        });
        Map<String, Double> highest = new HashMap<>(gauges);
        other.gauges.forEach((name, level) -> {
            if (highest.size() < MOST_NAMES || highest.containsKey(name)) {
                highest.merge(name, level, Math::max);
            }
        });
        return new Sample(summed, highest, sum(validation, other.validation), sum(store, other.store));
    }

    private static List<Long> sum(List<Long> one, List<Long> other) {
        if (one.isEmpty() || other.isEmpty()) {
            return one.isEmpty() ? other : one;
        }
        List<Long> sums = new ArrayList<>();
        for (int i = 0; i < one.size(); i++) {
            sums.add(one.get(i) + other.get(i));
        }
        return sums;
    }

    /** For other nodes. */
    JsonObjectBuilder json() {
        JsonObjectBuilder named = StrictJson.provider().createObjectBuilder();
        counts.forEach(named::add);
        JsonObjectBuilder levels = StrictJson.provider().createObjectBuilder();
        gauges.forEach(levels::add);
        return StrictJson.provider()
                .createObjectBuilder()
                .add("c", named)
                .add("g", levels)
                .add("v", StrictJson.provider().createArrayBuilder(validation))
                .add("s", StrictJson.provider().createArrayBuilder(store));
    }

    /** What another node, perhaps of another version, has written; what is not understood counts as nothing. */
    static Sample of(JsonObject json) {
        Map<String, Long> counts = new HashMap<>();
        Map<String, Double> gauges = new HashMap<>();
        object(json, "c").forEach((name, value) -> {
            if (value instanceof JsonNumber number && counts.size() < MOST_NAMES) {
                counts.put(name, number.longValue());
            }
        });
        object(json, "g").forEach((name, value) -> {
            if (value instanceof JsonNumber number && gauges.size() < MOST_NAMES) {
                gauges.put(name, number.doubleValue());
            }
        });
        return new Sample(counts, gauges, buckets(json, "v"), buckets(json, "s"));
    }

    private static Map<String, JsonValue> object(JsonObject json, String name) {
        return json.get(name) instanceof JsonObject object ? object : Map.of();
    }

    private static List<Long> buckets(JsonObject json, String name) {
        if (!(json.get(name) instanceof JsonArray array) || array.size() != LatencyBuckets.size()) {
            return List.of();
        }
        return array.stream()
                .map(value -> value instanceof JsonNumber number ? number.longValue() : 0L)
                .toList();
    }
}
