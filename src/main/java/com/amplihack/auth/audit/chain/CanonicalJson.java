package com.amplihack.auth.audit.chain;

import jakarta.json.JsonArray;
import jakarta.json.JsonNumber;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;

/**
 * The JSON Canonicalization Scheme (RFC 8785) for what audit lines hold: of numbers, whole ones from -(2^53 - 1) to 2^53 - 1.
 */
public final class CanonicalJson {
    private static final BigDecimal MOST = BigDecimal.valueOf((1L << 53) - 1);

    private CanonicalJson() {}

    /**
     * The canonical form as UTF-8.
     *
     * @throws IllegalArgumentException for any other number, and for a surrogate without its half
     */
    public static byte[] of(JsonObject object) {
        return text(object).getBytes(StandardCharsets.UTF_8);
    }

    /** The canonical form; refuses what {@link #of} refuses. */
    static String text(JsonObject object) {
        StringBuilder text = new StringBuilder(512);
        append(text, object);
        return text.toString();
    }

    private static void append(StringBuilder text, JsonValue value) {
        switch (value.getValueType()) {
            case OBJECT -> object(text, value.asJsonObject());
            case ARRAY -> array(text, value.asJsonArray());
            case STRING -> string(text, ((JsonString) value).getString());
            case NUMBER -> number(text, ((JsonNumber) value).bigDecimalValue());
            case TRUE -> text.append("true");
            case FALSE -> text.append("false");
            case NULL -> text.append("null");
        }
    }

    /** Members are sorted by the UTF-16 code units of their names, which is how Java compares strings. */
    private static void object(StringBuilder text, JsonObject object) {
        char separator = '{';
        for (Map.Entry<String, JsonValue> member : new TreeMap<>(object).entrySet()) {
            text.append(separator);
            separator = ',';
            string(text, member.getKey());
            text.append(':');
            append(text, member.getValue());
        }
        text.append(separator == '{' ? "{}" : "}");
    }

    private static void array(StringBuilder text, JsonArray array) {
        char separator = '[';
        for (JsonValue element : array) {
            text.append(separator);
            separator = ',';
            append(text, element);
        }
        text.append(separator == '[' ? "[]" : "]");
    }

    private static void number(StringBuilder text, BigDecimal number) {
        if (number.abs().compareTo(MOST) > 0 || number.stripTrailingZeros().scale() > 0) {
            throw new IllegalArgumentException("a number that is not whole, or too large");
        }
        text.append(number.longValueExact());
    }

    private static void string(StringBuilder text, String string) {
        text.append('"');
        for (int i = 0; i < string.length(); i++) {
            char c = string.charAt(i);
            switch (c) {
                case '"' -> text.append("\\\"");
                case '\\' -> text.append("\\\\");
                case '\b' -> text.append("\\b");
                case '\t' -> text.append("\\t");
                case '\n' -> text.append("\\n");
                case '\f' -> text.append("\\f");
                case '\r' -> text.append("\\r");
                default -> i += character(text, string, i);
            }
        }
        text.append('"');
    }

    /** Returns how many more code units than one were taken. */
    private static int character(StringBuilder text, String string, int at) {
        char c = string.charAt(at);
        if (c < ' ') {
            text.append("\\u00").append(Character.forDigit(c >> 4, 16)).append(Character.forDigit(c & 15, 16));
            return 0;
        }
        text.append(c);
        if (!Character.isSurrogate(c)) {
            return 0;
        }
        if (Character.isLowSurrogate(c)
                || at + 1 == string.length()
                || !Character.isLowSurrogate(string.charAt(at + 1))) {
            throw new IllegalArgumentException("a surrogate without its half");
        }
        text.append(string.charAt(at + 1));
        return 1;
    }
}
