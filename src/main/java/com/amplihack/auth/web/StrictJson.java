package com.amplihack.auth.web;

import jakarta.json.JsonConfig;
import jakarta.json.JsonException;
import jakarta.json.JsonObject;
import jakarta.json.JsonReader;
import jakarta.json.JsonReaderFactory;
import jakarta.json.JsonStructure;
import jakarta.json.spi.JsonProvider;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * Parses a JSON object strictly: valid UTF-8, no duplicate members (RFC 8725 section 2.4), lone surrogates or NUL,
 * bounded nesting, no trailing bytes (RFC 8259 sections 4 and 8).
 */
public final class StrictJson {
    /** Maximum nesting depth. */
    static final int MAX_DEPTH = 8;

    // cached: JsonProvider.provider() runs ServiceLoader on every call
    private static final JsonProvider PROVIDER = JsonProvider.provider();
    private static final JsonReaderFactory READERS =
            PROVIDER.createReaderFactory(Map.of(JsonConfig.KEY_STRATEGY, JsonConfig.KeyStrategy.NONE));

    private StrictJson() {}

    /**
     * Parses exactly one JSON object.
     *
     * @throws MalformedJsonException if the bytes are anything else
     */
    public static JsonObject parse(byte[] utf8) {
        return parse(utf8, MAX_DEPTH);
    }

    /**
     * The same for documents of others, which nest deeper.
     *
     * @param maxDepth objects and arrays within one another
     * @throws MalformedJsonException if the bytes are anything else
     */
    public static JsonObject parse(byte[] utf8, int maxDepth) {
        String text = decode(utf8);
        checkDepthAndCharacters(text, maxDepth);
        try (JsonReader reader = READERS.createReader(new StringReader(text))) {
            JsonStructure read = reader.read();
            if (read instanceof JsonObject object) {
                return object;
            }
        } catch (JsonException
                | IllegalStateException
                | IllegalArgumentException
                | UnsupportedOperationException malformed) { // the last two: a number out of the provider's range
            throw new MalformedJsonException("not well-formed JSON, or a duplicate member");
        }
        throw new MalformedJsonException("must be a JSON object");
    }

    /** The shared provider. */
    public static JsonProvider provider() {
        return PROVIDER;
    }

    private static String decode(byte[] utf8) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(utf8))
                    .toString();
        } catch (CharacterCodingException invalid) {
            throw new MalformedJsonException("not valid UTF-8");
        }
    }

    /** Checks depth, end and forbidden characters first, as the parser recurses and ignores trailing text. */
    private static void checkDepthAndCharacters(String text, int maxDepth) {
        int depth = 0;
        boolean inString = false;
        boolean ended = false;
        int high = -1; // index after an escaped high surrogate, where the low one must follow
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (high >= 0 && i == high && !(c == '\\' && isLowSurrogate(text, i))) {
                throw new MalformedJsonException("a lone surrogate in a string");
            }
            if (ended && " \t\r\n".indexOf(c) < 0) {
                throw new MalformedJsonException("text after the JSON object");
            }
            if (!inString) {
                inString = c == '"';
                depth += c == '{' || c == '[' ? 1 : c == '}' || c == ']' ? -1 : 0;
                ended |= depth <= 0 && (c == '}' || c == ']');
                if (depth > maxDepth) {
                    throw new MalformedJsonException("nested deeper than " + maxDepth + " levels");
                }
            } else if (c == '"') {
                inString = false;
            } else if (c == '\\') {
                int unit = escapedUnit(text, i);
                if (unit == 0 || (unit >= 0 && Character.isLowSurrogate((char) unit) && i != high)) {
                    throw new MalformedJsonException(unit == 0 ? "NUL in a string" : "a lone surrogate in a string");
                }
                high = unit > 0 && Character.isHighSurrogate((char) unit) ? i + 6 : -1;
                i += unit >= 0 ? 5 : 1;
            }
        }
    }

    private static boolean isLowSurrogate(String text, int backslash) {
        int unit = escapedUnit(text, backslash);
        return unit > 0 && Character.isLowSurrogate((char) unit);
    }

    /** The UTF-16 unit of the backslash-u escape at this index; -1 for another or malformed escape. */
    private static int escapedUnit(String text, int backslash) {
        if (backslash + 6 > text.length() || text.charAt(backslash + 1) != 'u') {
            return -1;
        }
        int unit = 0;
        for (int i = backslash + 2; i < backslash + 6; i++) {
            int digit = Character.digit(text.charAt(i), 16);
            if (digit < 0) {
                return -1;
            }
            unit = unit << 4 | digit;
        }
        return unit;
    }
}
