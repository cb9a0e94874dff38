package com.amplihack.auth.users.profile;

import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import com.amplihack.auth.web.StrictJson;
import jakarta.json.JsonArray;
import jakarta.json.JsonNumber;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * What an installation keeps with an account for its own applications: a JSON object of at most {@value #MAX_MEMBERS}
 * members and 16 KiB, whose values are strings, numbers, booleans and lists of strings. The service acts on none of them.
 */
public final class Attributes {
    /** The greatest number of members. */
    public static final int MAX_MEMBERS = 32;

    private static final int MAX_BYTES = 16 * 1024;
    private static final int MAX_DIGITS = 64;
    private static final Pattern NAME = Pattern.compile("[\\p{L}\\p{N}_][\\p{L}\\p{M}\\p{N} ._:/@-]{0,63}");

    private Attributes() {}

    /** Attributes as they are stored. */
    public static JsonObject parse(String stored) {
        return StrictJson.parse(stored.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Merges a patch into attributes (RFC 7396): null takes a member away.
     *
     * @param stored a JSON object as text
     * @return the result as text, its members sorted by name
     * @throws AuthException {@code invalid_request}, naming the member, if the result would be none of these objects
     */
    public static String merge(String stored, JsonObject patch) {
        Map<String, JsonValue> merged = new TreeMap<>(parse(stored));
        patch.forEach((name, value) -> {
            if (value == JsonValue.NULL) {
                merged.remove(name);
            } else {
                requireAllowed(name, value);
                merged.put(name, value);
            }
        });
        if (merged.size() > MAX_MEMBERS) {
            throw refused("attributes: at most " + MAX_MEMBERS + " members.");
        }
        String text = text(merged);
        if (text.getBytes(StandardCharsets.UTF_8).length > MAX_BYTES) {
            throw refused("attributes: at most 16 KiB.");
        }
        return text;
    }

    private static String text(Map<String, JsonValue> sorted) {
        JsonObjectBuilder json = StrictJson.provider().createObjectBuilder();
        sorted.forEach(json::add);
        return json.build().toString();
    }

    private static void requireAllowed(String name, JsonValue value) {
        if (!NAME.matcher(name).matches()) {
            throw refused(
                    "attributes: a name is 1 to 64 letters, digits, blanks and . _ : / @ - and starts with a letter,"
                            + " a digit or _.");
        }
        boolean allowed = value instanceof JsonString
                || value == JsonValue.TRUE
                || value == JsonValue.FALSE
                || (value instanceof JsonNumber number && number.toString().length() <= MAX_DIGITS)
                || (value instanceof JsonArray list && list.stream().allMatch(JsonString.class::isInstance));
        if (!allowed) {
            throw refused("attributes." + name + ": must be a string, a number of at most " + MAX_DIGITS
                    + " digits, true, false or a list of strings; null in a change takes it away.");
        }
    }

    private static AuthException refused(String why) {
        return new AuthException(ErrorCode.INVALID_REQUEST, why);
    }
}
