package com.amplihack.auth.audit.chain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.amplihack.auth.web.StrictJson;
import jakarta.json.Json;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CanonicalJsonTest {
    /** RFC 8785 section 3.2.3: sorted by UTF-16 code units, which puts the emoji before U+FB33. */
    @Test
    void membersAreSortedAsTheStandardsExample() {
        assertEquals(
                "{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\u0080\":\"Control\",\"\u00f6\":\"Latin Small Letter O With Diaeresis\","
                        + "\"\u20ac\":\"Euro Sign\",\"\ud83d\ude00\":\"Emoji: Grinning Face\",\"\ufb33\":\"Hebrew Letter Dalet With Dagesh\"}",
                canonical("{\"\\u20ac\":\"Euro Sign\",\"\\r\":\"Carriage Return\","
                        + "\"\\ufb33\":\"Hebrew Letter Dalet With Dagesh\",\"1\":\"One\","
                        + "\"\\ud83d\\ude00\":\"Emoji: Grinning Face\",\"\\u0080\":\"Control\","
                        + "\"\\u00f6\":\"Latin Small Letter O With Diaeresis\"}"));
    }

    /** RFC 8785 section 3.2.2: the strings and literals of its example. */
    @Test
    void stringsAndLiteralsAreWrittenAsTheStandardsExample() {
        assertEquals(
                "{\"literals\":[null,true,false],\"string\":\"\u20ac$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}",
                canonical(
                        "{\"string\": \"\\u20ac$\\u000F\\u000aA'\\u0042\\u0022\\u005c\\\\\\\"\\/\", \"literals\": [null, true, false]}"));
    }

    @Test
    void wholeNumbersAndEmptyOnes() {
        assertEquals(
                "{\"a\":{},\"b\":[],\"c\":-9007199254740991,\"d\":120}",
                canonical("{\"d\":1.2e2,\"c\":-9007199254740991,\"b\":[ ],\"a\":{ }}"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"a\":1.5}", "{\"a\":9007199254740992}", "{\"a\":1e30}"})
    void otherNumbersAreRefused(String json) {
        assertThrows(IllegalArgumentException.class, () -> canonical(json));
    }

    @ParameterizedTest
    @ValueSource(strings = {"\ud83d", "\ude00", "\ude00\ud83d", "x\ud83dx"})
    void halfASurrogateIsRefused(String text) {
        assertThrows(
                IllegalArgumentException.class,
                () -> CanonicalJson.of(Json.createObjectBuilder().add("a", text).build()));
    }

    private static String canonical(String json) {
        return new String(
                CanonicalJson.of(StrictJson.parse(json.getBytes(StandardCharsets.UTF_8))), StandardCharsets.UTF_8);
    }
}
