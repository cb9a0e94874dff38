package com.amplihack.auth.admin.overview;

import com.amplihack.auth.web.MalformedJsonException;
import com.amplihack.auth.web.StrictJson;
import jakarta.json.JsonNumber;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What a node tells the others about itself every ten seconds.
 *
 * @param steps its newest samples by step
 */
record NodeRecord(String node, String version, Instant startedAt, boolean ready, Map<Long, Sample> steps) {
    private static final int LONGEST = 32 * 1024;
    private static final int LONGEST_NAME = 255;
    private static final long LATEST = 100_000L * 86_400; // in the year 2243

    String json() {
        JsonObjectBuilder samples = StrictJson.provider().createObjectBuilder();
        steps.forEach((step, sample) -> samples.add(Long.toString(step), sample.json()));
        return StrictJson.provider()
                .createObjectBuilder()
                .add("node", node)
                .add("version", version)
                .add("started_at", startedAt.getEpochSecond())
                .add("ready", ready)
                .add("steps", samples)
                .build()
                .toString();
    }

    /** Empty for what no node of a version that we understand has written. */
    static Optional<NodeRecord> parse(String text) {
        if (text.length() > LONGEST) {
            return Optional.empty();
        }
        JsonObject json;
        try {
            json = StrictJson.parse(text.getBytes(StandardCharsets.UTF_8));
        } catch (MalformedJsonException foreign) {
            return Optional.empty();
        }
        return Optional.of(new NodeRecord(
                name(json.getString("node", "")),
                name(json.getString("version", "")),
                Instant.ofEpochSecond(number(json, "started_at")),
                json.getBoolean("ready", false),
                steps(json)));
    }

    private static Map<Long, Sample> steps(JsonObject json) {
        Map<Long, Sample> steps = new TreeMap<>();
        if (json.get("steps") instanceof JsonObject samples) {
            samples.forEach((step, sample) -> {
                if (sample instanceof JsonObject object && step.matches("[0-9]{1,15}")) {
                    steps.put(Long.parseLong(step), Sample.of(object));
                }
            });
        }
        return steps;
    }

    private static long number(JsonObject json, String name) {
        return json.get(name) instanceof JsonNumber number ? Math.floorMod(number.longValue(), LATEST) : 0;
    }

    private static String name(String text) {
        return text.length() > LONGEST_NAME ? text.substring(0, LONGEST_NAME) : text;
    }
}
