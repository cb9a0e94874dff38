package com.amplihack.auth.users;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
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
                "\t\u00a0\u3000",
                "\u00a8admin", // NFKC makes it a blank with an accent
                "ad\u0000min",
                "admin\u0000",
                "ad\nmin",
                "ad\u0085min",
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

    @ParameterizedTest
    @ValueSource(
            strings = {
                " admin",
                "admin ",
                "admin\t",
                "\tadmin \u00a0",
                "\u00a0admin\u202f",
                "admin\r\n",
                "\n\nadmin",
                "admin\u0085",
                "\u2028admin\u2029",
                "\u3000admin\u2007"
            })
    void whiteSpaceAtTheEndsIsNoPartOfAName(String spelling) {
        assertEquals(Username.parse("admin"), Username.parse(spelling));
        assertEquals(Optional.of("admin"), Username.searchKey(spelling));
    }

    @Test
    void noNameHasWhiteSpaceAtAnEndWhateverItIsMadeOf() {
        for (int c = 0; c <= Character.MAX_CODE_POINT; c++) {
            for (String text : List.of(Character.toString(c) + "a", "a" + Character.toString(c))) {
                Username.parse(text)
                        .ifPresent(
                                name -> assertEquals(name.shown(), name.shown().strip(), name.shown()));
            }
        }
    }

    @Test
    void aWholeNameIsTheStartOfItsKeyInEverySpelling() {
        for (String name : List.of("STRASSE", "Zoe\u0308", "\uff21dmin", "\u039f\u0394\u039f\u03a3", "100%_\\")) {
            assertEquals(Optional.of(key(name)), Username.searchKey(name));
        }
        assertEquals(Optional.of(""), Username.searchKey(" "));
        for (String none : List.of("a\u0000", "\ud83d", "a\u202e", "x".repeat(257))) {
            assertEquals(Optional.empty(), Username.searchKey(none));
        }
    }

    @Test
    void keysAreToldFromWhatCanBeNone() {
        assertTrue(Username.ofCursor(Username.cursor("")).isPresent());
        assertTrue(
                Username.ofCursor(Username.cursor(key("Zo\u00eb M\u00fcller"))).isPresent());
        assertFalse(Username.ofCursor(Username.cursor("a\u0000")).isPresent());
        assertFalse(Username.ofCursor("_w").isPresent(), "no UTF-8");
        assertFalse(Username.ofCursor("*").isPresent(), "no base64url");
        assertFalse(Username.ofCursor(Username.cursor("x".repeat(513))).isPresent());
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
