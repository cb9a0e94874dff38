package com.amplihack.auth.store;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The session record as fields and values of a Redis hash; no value is over 64 bytes, so that it stays compact. */
final class SessionFields {
    private static final int NONCE_LENGTH = 16;

    private SessionFields() {}

    static List<String> of(SessionRecord session) {
        TokenFamily family = session.family();
        List<String> fields = new ArrayList<>(36);
        put(fields, "gen", Long.toString(family.gen()));
        put(fields, "live", family.live());
        put(fields, "rotated_at", millis(family.rotatedAt()));
        put(fields, "prev", family.prev());
        put(fields, "request", family.request());
        put(fields, "answered", family.answered());
        put(fields, "nonce", nonce(family.sealed()));
        put(fields, "sealed", box(family.sealed()));
        put(fields, "issue", Long.toString(session.issue()));
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

    /**
     * Reads a record; fields that it does not know are of a later version, and ignored.
     *
     * @throws IllegalArgumentException when a field is missing or is not what it should be
     */
    static SessionRecord read(String subject, String sid, List<?> flat) {
        Fields fields = new Fields(new HashMap<>());
        for (int i = 0; i + 1 < flat.size(); i += 2) {
            fields.values().put((String) flat.get(i), (String) flat.get(i + 1));
        }
        TokenFamily family = new TokenFamily(
                Long.parseLong(fields.of("gen")),
                fields.of("live"),
                instant(fields.of("rotated_at")),
                fields.of("prev"),
                fields.of("request"),
                fields.of("answered"),
                fields.of("nonce") + fields.of("sealed"));
        return new SessionRecord(
                subject,
                sid,
                family,
                Long.parseLong(fields.of("issue")),
                Long.parseLong(fields.of("min_gen")),
                "1".equals(fields.of("proven")),
                new SecurityStore.Epoch(Long.parseLong(fields.of("epoch")), Long.parseLong(fields.of("rights"))),
                instant(fields.of("ends_at")),
                instant(fields.of("created_at")),
                instant(fields.of("last_seen")),
                fields.of("address"),
                fields.of("device"));
    }

    /** A sealed secret is two fields, since in one it would be over 64 bytes. */
    static String nonce(String sealed) {
        return sealed.substring(0, Math.min(NONCE_LENGTH, sealed.length()));
    }

    static String box(String sealed) {
        return sealed.substring(Math.min(NONCE_LENGTH, sealed.length()));
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

    /** The fields of one record, none of which may be missing. */
    private record Fields(Map<String, String> values) {
        String of(String name) {
            String value = values.get(name);
            if (value == null) {
                throw new IllegalArgumentException("a session record has no field " + name);
            }
            return value;
        }
    }
}
