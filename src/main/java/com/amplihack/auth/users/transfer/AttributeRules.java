package com.amplihack.auth.users.transfer;

import com.amplihack.auth.web.JsonBody;
import jakarta.json.JsonArray;
import jakarta.json.JsonNumber;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Bounds an account's attributes: strings, numbers, booleans and lists of strings. */
final class AttributeRules {
    static final String MEMBER = "attributes";
    private static final int MAX_MEMBERS = 32;
    private static final int MAX_NAME = 64;
    private static final int MAX_BYTES = 16 * 1024;

    private AttributeRules() {}

    /**
     * The attributes as JSON; empty if the member is absent or null.
     *
     * @throws com.amplihack.auth.problem.AuthException {@code invalid_request}
     */
    static Optional<String> of(JsonBody body) {
        return body.map(MEMBER).map(attributes -> {
            if (attributes.size() > MAX_MEMBERS) {
                throw body.invalid(MEMBER, "at most " + MAX_MEMBERS + " members");
            }
            if (!attributes.entrySet().stream().allMatch(entry -> isName(entry.getKey()) && isValue(entry.getValue()))) {
                throw body.invalid(
                        MEMBER,
                        "names have 1 to " + MAX_NAME
                                + " characters, values are strings, numbers, booleans or lists of strings");
            }
            return bounded(body, attributes);
        });
    }

    private static String bounded(JsonBody body, JsonObject attributes) {
        String json = attributes.toString();
        if (json.getBytes(StandardCharsets.UTF_8).length > MAX_BYTES) {
            throw body.invalid(MEMBER, "at most " + MAX_BYTES / 1024 + " KiB of JSON");
        }
        return json;
    }

    private static boolean isName(String name) {
        return !name.isEmpty() && name.length() <= MAX_NAME;
    }

    private static boolean isValue(JsonValue value) {
        return value instanceof JsonString
                || value instanceof JsonNumber
                || value == JsonValue.TRUE
                || value == JsonValue.FALSE
                || (value instanceof JsonArray list && list.stream().allMatch(JsonString.class::isInstance));
    }
}
