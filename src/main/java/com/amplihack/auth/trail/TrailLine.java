package com.amplihack.auth.trail;

import com.amplihack.auth.audit.AuditEvent;
import com.amplihack.auth.store.anchor.ChainAnchor;
import com.amplihack.auth.web.MalformedJsonException;
import com.amplihack.auth.web.StrictJson;
import jakarta.json.JsonNumber;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Optional;

/**
 * A line of an audit file, and by what it is found.
 *
 * @param at milliseconds since 1970
 * @param nameHash the keyed hash of the name of an unknown account
 * @param target what an administrator's deed was done to, such as an account's id
 * @param hash empty for a line of a version that wrote no chain
 * @param anchored the head that the line anchors, if it is an {@code AUDIT_ANCHOR}
 * @param text as in the file, without the line end
 */
record TrailLine(
        String node,
        long seq,
        long at,
        String event,
        String severity,
        Optional<String> userId,
        Optional<String> username,
        Optional<String> nameHash,
        Optional<String> sessionId,
        Optional<String> ip,
        Optional<String> target,
        String hash,
        Optional<ChainAnchor> anchored,
        String text) {
    private static final int LONGEST_TEXT = 1_000_000;
    private static final int LONGEST_NODE = 100;
    private static final int LONGEST_EVENT = 40;
    private static final int LONGEST_SEVERITY = 10;
    private static final int LONGEST_NAME = 512;
    private static final int LONGEST_ID = 64;

    /** Empty when it is no whole entry. */
    static Optional<TrailLine> read(byte[] utf8) {
        if (utf8.length > LONGEST_TEXT) {
            return Optional.empty();
        }
        try {
            JsonObject line = StrictJson.parse(utf8);
            if (!(line.get("seq") instanceof JsonNumber seq)
                    || !(line.get("details") instanceof JsonObject details)
                    || !(line.get("timestamp") instanceof JsonString timestamp)) {
                return Optional.empty();
            }
            String event = text(line, "event", LONGEST_EVENT).orElse("");
            return Optional.of(new TrailLine(
                    text(line, "node", LONGEST_NODE).orElse(""),
                    seq.longValueExact(),
                    Instant.parse(timestamp.getString()).toEpochMilli(),
                    event,
                    text(line, "severity", LONGEST_SEVERITY).orElse(""),
                    text(line, "user_id", LONGEST_ID),
                    text(line, "username", LONGEST_NAME),
                    text(details, "name_hash", LONGEST_ID),
                    text(line, "session_id", LONGEST_ID),
                    text(line, "ip_address", LONGEST_ID),
                    text(details, "target", LONGEST_ID),
                    text(line, "hash", LONGEST_ID).orElse(""),
                    event.equals(AuditEvent.AUDIT_ANCHOR.name()) ? anchor(details) : Optional.empty(),
                    new String(utf8, StandardCharsets.UTF_8)));
        } catch (MalformedJsonException | ArithmeticException | DateTimeParseException malformed) {
            return Optional.empty();
        }
    }

    /** No database takes the character 0, nor a text that is longer than its column. */
    private static Optional<String> text(JsonObject object, String name, int longest) {
        return object.get(name) instanceof JsonString string
                ? Optional.of(cut(string.getString().replace('\0', '\uFFFD'), longest))
                : Optional.empty();
    }

    static String cut(String text, int longest) {
        return text.length() <= longest
                ? text
                : text.substring(0, Character.isHighSurrogate(text.charAt(longest - 1)) ? longest - 1 : longest);
    }

    private static Optional<ChainAnchor> anchor(JsonObject details) {
        String seq = details.getString("seq", "");
        String hash = details.getString("hash", "");
        return seq.matches("[1-9]\\d{0,17}") && hash.length() <= LONGEST_ID
                ? Optional.of(new ChainAnchor(Long.parseLong(seq), hash))
                : Optional.empty();
    }
}
