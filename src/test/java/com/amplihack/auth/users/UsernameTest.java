package com.amplihack.auth.users;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UsernameTest {
    @ParameterizedTest
    @ValueSource(
            strings = {"admin", "a", "Zo\u00eb M\u00fcller", "\u738b\u5c0f\u660e", "o'neil@example.com", "\ud83d\ude00"
            })
    void ordinaryNameIsShownAsWritten(String name) {
        assertEquals(name, Username.parse(name).orElseThrow().shown());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                " admin",
                "admin ",
                "admin\u00a0", // a no-break space becomes a space
                "ad\u0000min",
                "ad\nmin",
                "admin\u0085",
                "ad\u200bmin", // zero width
                "\u202enimda", // written from right to left
                "ad\u00admin", // soft hyphen
                "\ufeffadmin",
                "ad\u2028min",
                "\ue000",
                "\u0378",
                "\ud83d",
                "\ude00admin"
            })
    void nameThatCannotBeTypedOrToldApartIsRefused(String name) {
        assertTrue(Username.parse(name).isEmpty());
    }

    @Test
    void sixtyFourCodePointsAreTheLongest() {
        assertEquals(
                "x".repeat(64), Username.parse("x".repeat(64)).orElseThrow().shown());
        assertTrue(Username.parse("x".repeat(65)).isEmpty());
        assertTrue(Username.parse("\ud83d\ude00".repeat(64)).isPresent());
        assertTrue(Username.parse("\ud83d\ude00".repeat(65)).isEmpty());
    }

    @Test
    void lengthCountsAfterNormalization() {
        assertTrue(Username.parse("e\u0301".repeat(64)).isPresent());
        assertTrue(Username.parse("\ufdfa".repeat(4)).isEmpty()); // one ligature, eighteen characters
    }

    @Test
    void hugeNameIsRefusedBeforeNormalization() {
        assertTrue(Username.parse("e\u0301".repeat(2_000_000)).isEmpty());
        assertTrue(Username.parse("x".repeat(257)).isEmpty());
    }

    @ParameterizedTest
    @CsvSource({
        "Admin, admin",
        "ADMIN, admin",
        "\uff21\uff44\uff4d\uff49\uff4e, admin", // full width
        "e\u0301va, \u00e9va",
        "\u00c9VA, \u00e9va",
        "STRASSE, stra\u00dfe",
        "STRA\u1e9eE, stra\u00dfe", // capital sharp s
        "\u212aelvin, kelvin",
        "\u039f\u0394\u039f\u03a3, \u03bf\u03b4\u03bf\u03c3", // final and other sigma
        "\ufb01nn, finn"
    })
    void spellingsOfOneNameShareOneKey(String one, String other) {
        assertEquals(key(other), key(one));
    }

    @Test
    void differentNamesHaveDifferentKeys() {
        assertNotEquals(key("admin"), key("admin1"));
        assertNotEquals(key("eva"), key("\u00e9va"));
    }

    @Test
    void everyCharacterSharesItsKeyWithItsUpperAndLowerCase() {
        List<String> apart = new ArrayList<>();
        int allowed = 0;
        for (int c = 0; c <= Character.MAX_CODE_POINT; c++) {
            String text = Character.toString(c);
            if (Username.parse(text).isEmpty()) {
                continue;
            }
            String upper = text.toUpperCase(Locale.ROOT);
            String lower = text.toLowerCase(Locale.ROOT);
            if (!key(text).equals(key(upper)) || !key(text).equals(key(lower))) {
                apart.add("U+%04X %s".formatted(c, Character.getName(c)));
            }
            allowed++;
        }
        assertEquals(List.of(), apart);
        assertTrue(allowed > 100_000);
    }

    private static String key(String name) {
        return Username.parse(name).orElseThrow().key();
    }
}
