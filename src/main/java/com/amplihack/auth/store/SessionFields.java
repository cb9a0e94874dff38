package com.amplihack.auth.store;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The session record as fields and values of a Redis hash; no value is over 64 bytes, so that it stays compact. */
final class SessionFields {
    private SessionFields() {}

    static List<String> of(SessionRecord session) {
        List<String> fields = new ArrayList<>(32);
        put(fields, "gen", Long.toString(session.gen()));
        put(fields, "live", session.live());
        put(fields, "rotated_at", millis(session.rotatedAt()));
        put(fields, "prev", session.prev());
        put(fields, "request", session.request());
        put(fields, "answered", session.answered());
        put(fields, "sealed", session.sealed());
        put(fields, "min_gen", Long.toString(session.minGen()));
        put(fields, "proven", session.proven() ? "1" : "0");
        put(fields, "epoch", Long.toString(session.epoch().ended()));
        put(fields, "rights", Long.toString(session.epoch().rights()));
        put(fields, "ends_at", millis(session.endsAt()));
        put(fields, "created_at", millis(session.createdAt()));
        put(fields, "last_seen", millis(session.lastSeenAt()));
        put(fields, "address", session.address());
        put(fields, "device", session.device());
        return fields;
    }

    static SessionRecord read(String subject, String sid, List<?> flat) {
        Map<String, String> fields = new HashMap<>();
        for (int i = 0; i + 1 < flat.size(); i += 2) {
            fields.put((String) flat.get(i), (String) flat.get(i + 1));
        }
        return new SessionRecord(
                subject,
                sid,
                Long.parseLong(fields.get("gen")),
                fields.get("live"),
                instant(fields.get("rotated_at")),
                fields.get("prev"),
                fields.get("request"),
                fields.get("answered"),
                fields.get("sealed"),
                Long.parseLong(fields.get("min_gen")),
                "1".equals(fields.get("proven")),
                new SecurityStore.Epoch(Long.parseLong(fields.get("epoch")), Long.parseLong(fields.get("rights"))),
                instant(fields.get("ends_at")),
                instant(fields.get("created_at")),
                instant(fields.get("last_seen")),
                fields.get("address"),
                fields.get("device"));
    }

    private static void put(List<String> fields, String name, String value) {
        fields.add(name);
        fields.add(value);
    }

    private static String millis(Instant instant) {
        return Long.toString(instant.toEpochMilli());
    }

    private static Instant instant(String millis) {
        return Instant.ofEpochMilli(Long.parseLong(millis));
    }
}
