package com.amplihack.auth.audit;

import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.spi.JsonProvider;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Locale;

/** Formats an entry as one line of JSON with this node's name and the current time. */
final class AuditLineFormatter {
    private static final JsonProvider JSON = JsonProvider.provider();
    private static final int MAX_USER_AGENT = 256;

    private final InstantSource clock;
    private final String node;

    AuditLineFormatter(InstantSource clock, String node) {
        this.clock = clock;
        this.node = node;
    }

    /** An entry for the audit file, which its chain has yet to seal. */
    JsonObject numbered(AuditEntry entry, long sequence) {
        return line(entry, start().add("seq", sequence));
    }

    /** Formats an entry that only the server log gets: its {@code seq} is null. */
    String unnumbered(AuditEntry entry) {
        return line(entry, start().addNull("seq")).toString();
    }

    private JsonObjectBuilder start() {
        return JSON.createObjectBuilder()
                .add("timestamp", clock.instant().truncatedTo(ChronoUnit.MILLIS).toString())
                .add("node", node);
    }

    private static JsonObject line(AuditEntry entry, JsonObjectBuilder json) {
        json.add("event", entry.event.name())
                .add("severity", entry.severity.name().toLowerCase(Locale.ROOT));
        add(json, "user_id", entry.userId);
        add(json, "username", entry.username);
        add(json, "actor", entry.actor);
        add(json, "session_id", entry.sessionId);
        add(json, "ip_address", entry.client.address());
        add(json, "user_agent", cut(entry.client.userAgent()));
        add(json, "correlation_id", entry.client.correlationId());
        JsonObjectBuilder details = JSON.createObjectBuilder();
        entry.details.forEach((name, value) -> details.add(name, whole(value)));
        return json.add("details", details).build();
    }

    private static void add(JsonObjectBuilder json, String name, String value) {
        if (value.isEmpty()) {
            json.addNull(name);
        } else {
            json.add(name, whole(value));
        }
    }

    /**
     * JSON has no surrogates without their halves (RFC 8259 section 8.2), which a client may have sent or a cut left; and
     * neither our reader nor a database takes the character 0.
     */
    private static String whole(String value) {
        return value.codePoints().anyMatch(AuditLineFormatter::isUnreadable)
                ? value.codePoints()
                        .map(code -> isUnreadable(code) ? 0xFFFD : code)
                        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                        .toString()
                : value;
    }

    private static boolean isUnreadable(int codePoint) {
        return codePoint == 0 || Character.getType(codePoint) == Character.SURROGATE;
    }

    private static String cut(String userAgent) {
        return userAgent.length() <= MAX_USER_AGENT ? userAgent : userAgent.substring(0, MAX_USER_AGENT);
    }
}
