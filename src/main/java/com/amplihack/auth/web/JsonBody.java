package com.amplihack.auth.web;

import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import jakarta.json.JsonArray;
import jakarta.json.JsonNumber;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/** A request's body as a strictly parsed JSON object of at most 64 KiB; every refusal names the member. */
public final class JsonBody {
    private static final int MAX_BYTES = 64 * 1024;
    private static final int MAX_SHOWN_LENGTH = 64;

    // the second is for PATCH (RFC 7396)
    private static final Set<String> JSON_TYPES = Set.of("application/json", "application/merge-patch+json");

    private final JsonObject json;

    /** What stands in front of its members' names in a refusal: the name of the member that holds it, and a dot. */
    private final String path;

    private JsonBody(JsonObject json, String path) {
        this.json = json;
        this.path = path;
    }

    /**
     * Reads the body and ignores unknown members; an absent body is an empty object.
     *
     * @throws AuthException {@code too_large}, {@code unsupported_media_type} or {@code invalid_request}
     */
    public static JsonBody read(HttpServletRequest request) {
        byte[] bytes = withoutBom(bytes(request));
        if (bytes.length == 0) {
            return new JsonBody(JsonValue.EMPTY_JSON_OBJECT, "");
        }
        String type = request.getContentType();
        if (type == null || !JSON_TYPES.contains(type.split(";", 2)[0].strip().toLowerCase(Locale.ROOT))) {
            throw new AuthException(ErrorCode.UNSUPPORTED_MEDIA_TYPE, "The body must be application/json.");
        }
        try {
            return new JsonBody(StrictJson.parse(bytes), "");
        } catch (MalformedJsonException malformed) {
            throw new AuthException(ErrorCode.INVALID_REQUEST, "The body: " + malformed.getMessage() + ".");
        }
    }

    /** An object of a body that was read before, and the name of the member that holds it. */
    public static JsonBody of(JsonObject object, String member) {
        return new JsonBody(object, member + '.');
    }

    /**
     * Reads an object that came otherwise than as a body, and refuses unknown members.
     *
     * @throws AuthException {@code invalid_request}
     */
    public static JsonBody of(byte[] utf8, Set<String> members) {
        try {
            JsonBody body = new JsonBody(StrictJson.parse(utf8), "");
            body.requireKnown(members);
            return body;
        } catch (MalformedJsonException malformed) {
            throw new AuthException(ErrorCode.INVALID_REQUEST, malformed.getMessage() + ".");
        }
    }

    /** Removes a byte order mark, which some editors and shells write (RFC 8259 section 8.1). */
    private static byte[] withoutBom(byte[] utf8) {
        boolean marked = utf8.length >= 3 && utf8[0] == (byte) 0xEF && utf8[1] == (byte) 0xBB && utf8[2] == (byte) 0xBF;
        return marked ? Arrays.copyOfRange(utf8, 3, utf8.length) : utf8;
    }

    /**
     * Reads the body and refuses unknown members, since a misspelt one would silently keep its default.
     *
     * @throws AuthException as {@link #read(HttpServletRequest)}
     */
    public static JsonBody read(HttpServletRequest request, Set<String> members) {
        JsonBody body = read(request);
        body.requireKnown(members);
        return body;
    }

    private void requireKnown(Set<String> members) {
        json.keySet().stream()
                .filter(name -> !members.contains(name))
                .findFirst()
                .ifPresent(unknown -> {
                    String known = members.isEmpty() ? "none" : String.join(", ", new TreeSet<>(members));
                    throw invalid(shortened(unknown), "unknown member (allowed: " + known + ")");
                });
    }

    private static String shortened(String name) {
        return name.length() <= MAX_SHOWN_LENGTH ? name : name.substring(0, MAX_SHOWN_LENGTH) + "…";
    }

    /**
     * The bytes of a body of at most 64 KiB, whatever its type.
     *
     * @throws AuthException {@code too_large} or {@code invalid_request}
     */
    public static byte[] bytes(HttpServletRequest request) {
        try {
            long announced = request.getContentLengthLong();
            if (announced <= MAX_BYTES) {
                // no more than that: with an Upgrade header, Payara ends a body only with the connection
                int most = announced < 0 ? MAX_BYTES + 1 : (int) announced;
                byte[] bytes = request.getInputStream().readNBytes(most);
                if (bytes.length <= MAX_BYTES) {
                    return bytes;
                }
            }
        } catch (IOException broken) {
            throw new AuthException(ErrorCode.INVALID_REQUEST, "The body ended early.", broken);
        }
        throw new AuthException(ErrorCode.TOO_LARGE, "A body has at most 64 KiB.");
    }

    /** Whether the member is present and not null. */
    public boolean has(String name) {
        return json.getOrDefault(name, JsonValue.NULL) != JsonValue.NULL;
    }

    /** Whether the member is present, if only as null: a patch (RFC 7396) leaves all others as they are. */
    public boolean mentions(String name) {
        return json.containsKey(name);
    }

    /** A required string of 1 to {@code longest} code points. */
    public String string(String name, int longest) {
        return optional(name, longest).orElseThrow(() -> invalid(name, "must be a non-empty string"));
    }

    /** A required string, returned as received, whose {@code form} has 1 to {@code longest} code points. */
    public String string(String name, int longest, UnaryOperator<String> form) {
        return optional(name, longest, form).orElseThrow(() -> invalid(name, "must be a non-empty string"));
    }

    /** A string of 1 to {@code longest} code points; empty if the member is absent or null. */
    public Optional<String> optional(String name, int longest) {
        return optional(name, longest, UnaryOperator.identity());
    }

    /**
     * A string, returned as received, whose {@code form} (such as a Unicode normalization) has 1 to {@code longest}
     * code points; empty if the member is absent or null.
     */
    public Optional<String> optional(String name, int longest, UnaryOperator<String> form) {
        JsonValue value = json.get(name);
        if (value == null || value == JsonValue.NULL) {
            return Optional.empty();
        }
        if (!(value instanceof JsonString string)) {
            throw invalid(name, "must be a non-empty string");
        }
        String text = string.getString();
        int length = length(text, longest, form);
        if (length == 0) {
            throw invalid(name, "must be a non-empty string");
        }
        if (length > longest) {
            throw invalid(name, "at most " + longest + " characters");
        }
        return Optional.of(text);
    }

    /** The code points of a text's {@code form}; of a text that is far too long, its own. */
    public static int length(String text, int longest, UnaryOperator<String> form) {
        // a code point is at most four chars before normalization: do not normalize longer texts
        String counted = text.length() > 4 * longest ? text : form.apply(text);
        return counted.codePointCount(0, counted.length());
    }

    /** A list of distinct non-empty strings; empty if the member is absent. */
    public Set<String> strings(String name, int most, int longest) {
        JsonValue value = json.getOrDefault(name, JsonValue.EMPTY_JSON_ARRAY);
        if (!(value instanceof JsonArray array) || array.size() > most) {
            throw invalid(name, "must be a list of at most " + most + " strings");
        }
        Set<String> strings = new LinkedHashSet<>();
        for (JsonValue element : array) {
            if (!(element instanceof JsonString string)
                    || string.getString().isEmpty()
                    || string.getString().length() > longest) {
                throw invalid(name, "each must be a string of 1 to " + longest + " characters");
            }
            strings.add(string.getString());
        }
        return strings;
    }

    /** For a patch (RFC 7396): empty if the member is absent, an empty set if it is null. */
    public Optional<Set<String>> patchedStrings(String name, int most, int longest) {
        if (!json.containsKey(name)) {
            return Optional.empty();
        }
        return Optional.of(json.isNull(name) ? Set.of() : strings(name, most, longest));
    }

    /** For a patch: empty if the member is absent. */
    public Optional<Boolean> patchedBool(String name) {
        return json.containsKey(name) ? Optional.of(bool(name, false)) : Optional.empty();
    }

    public boolean bool(String name, boolean otherwise) {
        JsonValue value = json.getOrDefault(name, otherwise ? JsonValue.TRUE : JsonValue.FALSE);
        if (value != JsonValue.TRUE && value != JsonValue.FALSE) {
            throw invalid(name, "must be true or false");
        }
        return value == JsonValue.TRUE;
    }

    /** A whole number in this range; empty if the member is absent or null. */
    public OptionalLong wholeNumber(String name, long least, long most) {
        if (!has(name)) {
            return OptionalLong.empty();
        }
        if (json.get(name) instanceof JsonNumber number) {
            try {
                long exact = number.bigDecimalValue().longValueExact();
                if (exact >= least && exact <= most) {
                    return OptionalLong.of(exact);
                }
            } catch (ArithmeticException fractionOrTooLong) {
                // refused like any number out of range
            }
        }
        throw invalid(name, "must be a whole number from " + least + " to " + most);
    }

    /** A required name of a constant, in lower case. */
    public <E extends Enum<E>> E choice(String name, Class<E> choices) {
        List<E> all = List.of(choices.getEnumConstants());
        String wanted = json.get(name) instanceof JsonString string ? string.getString() : "";
        return all.stream()
                .filter(choice -> lower(choice).equals(wanted))
                .findFirst()
                .orElseThrow(() -> invalid(
                        name,
                        "must be one of " + all.stream().map(JsonBody::lower).collect(Collectors.joining(", "))));
    }

    private static String lower(Enum<?> choice) {
        return choice.name().toLowerCase(Locale.ROOT);
    }

    /** An object without unknown members; empty if the member is absent or null. */
    public Optional<JsonBody> object(String name, Set<String> members) {
        Optional<JsonBody> inner = has(name) ? Optional.of(object(name)) : Optional.empty();
        inner.ifPresent(object -> object.requireKnown(members));
        return inner;
    }

    /** A required object, whose unknown members are ignored. */
    public JsonBody object(String name) {
        if (!(json.get(name) instanceof JsonObject object)) {
            throw invalid(name, "must be an object");
        }
        return new JsonBody(object, path + name + '.');
    }

    /** A required object with whatever members. */
    public JsonObject json(String name) {
        if (json.get(name) instanceof JsonObject object) {
            return object;
        }
        throw invalid(name, "must be an object");
    }

    /**
     * For a patch (RFC 7396) of an object whose members the caller checks: empty if the member is absent or null.
     *
     * @throws AuthException {@code invalid_request} when it is no object
     */
    public Optional<JsonObject> patch(String name) {
        if (!has(name)) {
            return Optional.empty();
        }
        if (!(json.get(name) instanceof JsonObject object)) {
            throw invalid(name, "must be an object");
        }
        return Optional.of(object);
    }

    /** The refusal of a member, for a reason that the caller found. */
    public AuthException invalid(String name, String need) {
        return new AuthException(ErrorCode.INVALID_REQUEST, path + name + ": " + need + ".");
    }
}
