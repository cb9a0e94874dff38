package com.amplihack.auth.store.script;

import com.amplihack.auth.store.budget.HourlyUsage;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Reads the usage records of budgets.lua. */
final class UsageFields {
    private static final long HOUR = Duration.ofHours(1).toMillis();

    private UsageFields() {}

    /** Reads the answer of unsaved_usage.lua. */
    static List<HourlyUsage> read(List<?> answer) {
        List<HourlyUsage> all = new ArrayList<>(answer.size() / 2);
        for (int i = 0; i < answer.size(); i += 2) {
            all.add(read((String) answer.get(i), (List<?>) answer.get(i + 1)));
        }
        return all;
    }

    private static HourlyUsage read(String name, List<?> flat) {
        Map<String, String> fields = new HashMap<>();
        for (int i = 0; i < flat.size(); i += 2) {
            fields.put((String) flat.get(i), (String) flat.get(i + 1));
        }
        List<HourlyUsage.OfModel> models = new ArrayList<>();
        fields.forEach((field, requests) -> {
            if (field.startsWith("r:")) {
                String model = field.substring(2);
                models.add(new HourlyUsage.OfModel(
                        model, Long.parseLong(requests), number(fields, "i:" + model), number(fields, "o:" + model)));
            }
        });
        int colon = name.indexOf(':');
        return new HourlyUsage(
                Instant.ofEpochMilli(Long.parseLong(name.substring(0, colon)) * HOUR),
                name.substring(colon + 1),
                fields.getOrDefault("g", ""),
                number(fields, "v"),
                models);
    }

    /** The arguments by which usage_saved.lua knows a record. */
    static List<String> name(HourlyUsage usage) {
        return List.of(
                Long.toString(usage.hour().toEpochMilli() / HOUR),
                usage.keyId(),
                usage.generation(),
                Long.toString(usage.version()));
    }

    private static long number(Map<String, String> fields, String name) {
        return Long.parseLong(fields.getOrDefault(name, "0"));
    }
}
