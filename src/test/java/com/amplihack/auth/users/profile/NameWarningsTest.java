package com.amplihack.auth.users.profile;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NameWarningsTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "ada",
                "Zo\u00eb M\u00fcller-L\u00fcdenscheid 7",
                "o'neil@example.com",
                "\u0412\u043b\u0430\u0434\u0438\u043c\u0438\u0440", // Vladimir
                "\u0395\u03bb\u03ad\u03bd\u03b7", // Eleni
                "\u738b\u5c0f\u660e",
                "\u5c71\u7530 \u30bf\u30ed\u30a6 taro \u3055\u3093", // the scripts of Japanese, and Latin
                "\uae40\ubbfc\uc218 \u91d1 kim",
                "\u05d3\u05d5\u05d3 42",
                "\u0645\u062d\u0645\u062f",
                "\ud83d\ude00 ada",
                "12345"
            })
    void anOrdinaryNameIsNotWarnedOf(String name) {
        assertEquals(List.of(), NameWarnings.of(name));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\u0430dmin", // a Cyrillic a
                "adm\u0456n",
                "p\u0430ypal",
                "\u03bfperator", // a Greek o
                "admin \u0432\u043b\u0430\u0434",
                "\u738b\u0430",
                "\u05d3\u0645",
                "\uae40\u3055" // Korean and Japanese
            })
    void scriptsThatAreNotWrittenTogetherAreWarnedOf(String name) {
        assertEquals(List.of(NameWarnings.MIXED_SCRIPTS), NameWarnings.of(name));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\u0430\u0440\u0440\u04cf\u0435", // apple
                "\u0440\u0430\u0443\u0440\u0430\u04cf 7",
                "\u0421\u041e\u0420\u0415",
                "\u0451\u0445\u043e", // with an accent
                "\u0397\u039f\u03a1\u0395"
            })
    void aNameThatLooksLatinAndIsNotIsWarnedOf(String name) {
        assertEquals(List.of(NameWarnings.LATIN_LOOKALIKE), NameWarnings.of(name));
    }
}
