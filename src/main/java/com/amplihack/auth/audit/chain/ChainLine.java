package com.amplihack.auth.audit.chain;

import com.amplihack.auth.web.MalformedJsonException;
import com.amplihack.auth.web.StrictJson;
import jakarta.json.JsonNumber;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import jakarta.json.spi.JsonProvider;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Optional;

/**
 * A line of an audit file as it was read.
 *
 * @param prev empty for a line of a version that wrote no chain
 * @param hash empty for such a line
 */
record ChainLine(String node, long seq, String event, JsonObject details, String prev, String hash, String canonical) {
    private static final JsonProvider JSON = JsonProvider.provider();

    /** Empty when it is no whole line of an audit log. */
    static Optional<ChainLine> read(byte[] utf8) {
        try {
            JsonObject line = StrictJson.parse(utf8);
            if (!(line.get("seq") instanceof JsonNumber seq)
                    || !(line.get("node") instanceof JsonString node)
                    || !(line.get("event") instanceof JsonString event)
                    || !(line.get("details") instanceof JsonObject details)) {
                return Optional.empty();
            }
            String canonical = CanonicalJson.text(
                    JSON.createObjectBuilder(line).remove(ChainHead.HASH).build());
            return Optional.of(new ChainLine(
                    node.getString(),
                    seq.longValueExact(),
                    event.getString(),
                    details,
                    line.getString(ChainHead.PREV, ""),
                    line.getString(ChainHead.HASH, ""),
                    canonical));
        } catch (MalformedJsonException | IllegalArgumentException | ArithmeticException malformed) {
            return Optional.empty();
        }
    }

    /** A detail's text; empty if it has none. */
    String detail(String name) {
        return details.getString(name, "");
    }

    /** A detail that is a number; 0 if it is none. */
    long number(String name) {
        String text = detail(name);
        return text.matches("\\d{1,18}") ? Long.parseLong(text) : 0;
    }

    boolean isUnsigned() {
        return !details.containsKey("signature");
    }

    boolean isChained() {
        return !hash.isEmpty();
    }

    boolean isUnder(ChainKey key) {
        return MessageDigest.isEqual(
                key.hash(canonical.getBytes(StandardCharsets.UTF_8)).getBytes(StandardCharsets.US_ASCII),
                hash.getBytes(StandardCharsets.UTF_8));
    }
}
