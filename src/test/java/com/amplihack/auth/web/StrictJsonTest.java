package com.amplihack.auth.web;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import jakarta.json.JsonObject;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StrictJsonTest {
    @Test
    void objectIsRead() {
        JsonObject read =
                parse(" {\"name\":\"Zo\u00eb\",\"n\":-1.5e2,\"list\":[true,null],\"o\":{\"name\":\"\"}}\r\n\t");
        assertEquals("Zo\u00eb", read.getString("name"));
        assertEquals(-150, read.getJsonNumber("n").doubleValue());
        assertEquals(2, read.getJsonArray("list").size());
        assertEquals("", read.getJsonObject("o").getString("name"));
    }

    @Test
    void sameNameInDifferentObjectsIsNoDuplicate() {
        assertEquals(2, parse("{\"a\":{\"x\":1},\"b\":{\"x\":2}}").size());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"a\":1,\"a\":1}",
                "{\"a\":1,\"b\":2,\"a\":null}",
                "{\"o\":{\"a\":1,\"a\":2}}",
                "{\"l\":[{\"a\":1,\"a\":2}]}",
                "{\"a\":1,\"\\u0061\":2}",
                "{\"\\u0061\":1,\"a\":2}",
                "{\"/\":1,\"\\/\":2}"
            })
    void memberThatStandsTwiceIsRefused(String text) {
        assertRefused("not well-formed JSON, or a duplicate member", text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{} x", "{}{}", "{},", "{}]", "{}\u0000", "{}\u00a0", "{}//", "{}]]]][[[[[[[[[[[[[["})
    void anythingAfterTheObjectIsRefused(String text) {
        assertThrows(MalformedJsonException.class, () -> parse(text));
    }

    @Tag("fault-28")
    @ParameterizedTest
    @ValueSource(strings = {"[]", "null", "1", "-0.5", "true", "\"text\"", "[{}]", "", " ", "{", "}", "{\"a\"}"})
    void whatIsNoObjectIsRefused(String text) {
        assertThrows(MalformedJsonException.class, () -> parse(text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"{\"a\":01}", "{\"a\":+1}", "{\"a\":NaN}", "{'a':1}", "{a:1}", "{\"a\":1,}", "{\"a\":\"\\x41\"}"
            })
    void laxSpellingIsRefused(String text) {
        assertRefused("not well-formed JSON, or a duplicate member", text);
    }

    @Test
    void byteOrderMarkIsRefused() {
        assertThrows(MalformedJsonException.class, () -> parse("\ufeff{}"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"a\":\"\u00ff\"}", // no byte of UTF-8
                "{\"a\":\"\u00c0\u0080\"}", // NUL in an overlong spelling
                "{\"a\":\"\u00c3\"}", // cut off
                "{\"a\":\"\u00ed\u00a0\u0080\"}", // a surrogate
                "{\"a\":\"\u00f4\u0090\u0080\u0080\"}", // above U+10FFFF
                "{}\u0080"
            })
    void bytesThatAreNotUtf8AreRefused(String bytesAsLatin1) {
        byte[] bytes = bytesAsLatin1.getBytes(ISO_8859_1);
        assertEquals(
                "not valid UTF-8",
                assertThrows(MalformedJsonException.class, () -> StrictJson.parse(bytes))
                        .getMessage());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"a\":\"\\ud83d\"}",
                "{\"a\":\"\\ud83dx\"}",
                "{\"a\":\"\\ud83d\\n\"}",
                "{\"a\":\"\\ud83d\\u0041\"}",
                "{\"a\":\"\\ud83d\\ud83d\\ude00\"}",
                "{\"a\":\"\\ude00\"}",
                "{\"a\":\"\\uDE00\\uD83D\"}",
                "{\"a\":\"\\ud83d\\ude00\\ude00\"}",
                "{\"\\ud83d\":1}"
            })
    void loneSurrogateIsRefused(String text) {
        assertRefused("a lone surrogate in a string", text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"a\":\"\ud83d\ude00\"}", "{\"a\":\"\\ud83d\\ude00\"}", "{\"a\":\"\\uD83D\\uDE00\"}"})
    void surrogatePairIsOneCharacter(String text) {
        assertEquals("\ud83d\ude00", parse(text).getString("a"));
    }

    @Test
    void escapedBackslashBeforeLettersIsNoEscapeOfThem() {
        assertEquals("\\u0000 \\ud83d", parse("{\"a\":\"\\\\u0000 \\\\ud83d\"}").getString("a"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"a\":\"\\u0000\"}", "{\"a\":\"x\\u0000y\"}", "{\"\\u0000\":1}"})
    void escapedNulIsRefused(String text) {
        assertRefused("NUL in a string", text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"a\":\"\u0000\"}", "{\"a\":\"x\ny\"}", "{\"a\":\"\u001f\"}"})
    void rawControlCharacterInAStringIsRefused(String text) {
        assertThrows(MalformedJsonException.class, () -> parse(text));
    }

    @Test
    void eightLevelsAreReadAndNineRefused() {
        assertEquals(1, parse(nested(StrictJson.MAX_DEPTH)).size());
        assertEquals(8, StrictJson.MAX_DEPTH);
        assertRefused("nested deeper than 8 levels", nested(9));
    }

    @Test
    void bracketsInStringsAreNoDepth() {
        String brackets = "[{".repeat(50) + "\\\"" + "[{".repeat(50);
        assertEquals(201, parse("{\"a\":\"" + brackets + "\"}").getString("a").length());
    }

    @ParameterizedTest
    @ValueSource(strings = {"[", "{\"a\":", "[{\"a\":", "{\"a\":[", "][["})
    void sixtyKilobytesOfNestingAreRefusedAtOnce(String unit) {
        byte[] deep = unit.repeat(60 * 1024 / unit.length()).getBytes(UTF_8);
        assertTimeoutPreemptively(
                Duration.ofSeconds(1), () -> assertThrows(MalformedJsonException.class, () -> StrictJson.parse(deep)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"1e99999999999", "-1e-99999999999", "1e2147483648", "1E+2147483647"})
    void numberBeyondEveryRangeIsNoServerError(String number) {
        readOrRefused(number);
    }

    @Test
    void numberOfSixtyKilobytesIsNoServerError() {
        readOrRefused("1".repeat(60 * 1024));
        readOrRefused("0." + "1".repeat(60 * 1024));
    }

    /** Nobody asked for the number: whether it is refused is the parser's choice, how it is refused is ours. */
    private static void readOrRefused(String number) {
        try {
            parse("{\"n\":" + number + "}");
        } catch (MalformedJsonException refused) {
            assertEquals("not well-formed JSON, or a duplicate member", refused.getMessage());
        }
    }

    private static String nested(int levels) {
        return "{\"a\":" + "[".repeat(levels - 1) + "]".repeat(levels - 1) + "}";
    }

    private static void assertRefused(String message, String text) {
        assertEquals(
                message,
                assertThrows(MalformedJsonException.class, () -> parse(text)).getMessage());
    }

    private static JsonObject parse(String text) {
        return StrictJson.parse(text.getBytes(UTF_8));
    }
}
