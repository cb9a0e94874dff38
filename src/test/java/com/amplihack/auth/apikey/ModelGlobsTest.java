package com.amplihack.auth.apikey;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ModelGlobsTest {
    @ParameterizedTest
    @CsvSource({
        "gpt-4o, gpt-4o, true",
        "gpt-4o, gpt-4o-mini, false",
        "gpt-4o, my-gpt-4o, false",
        "gpt-4o, GPT-4o, false",
        "gpt-*, gpt-, true",
        "gpt-*, gpt-4o, true",
        "gpt-*, x-gpt-4o, false",
        "*-mini, gpt-4o-mini, true",
        "*-mini, gpt-4o-mini-2, false",
        "*, anything/at:all, true",
        "a*b*c, abc, true",
        "a*b*c, a-b-b-c, true",
        "a*b*c, acb, false",
        "a*a, a, false",
        "a*a, aa, true",
        "ab*b, ab, false",
        "*ab*, ab, true",
        "a**b, ab, true",
        "gpt.4, gpt-4, false",
        "gpt-[34], gpt-3, false"
    })
    void onlyAnAsteriskIsSpecialAndTheWholeNameMustMatch(String glob, String model, boolean allowed) {
        assertEquals(allowed, ModelGlobs.allow(List.of(glob), model));
    }

    @Test
    void noGlobAllowsEveryModelAndOneOfManyIsEnough() {
        assertTrue(ModelGlobs.allow(List.of(), "any"));
        assertTrue(ModelGlobs.allow(List.of("claude-*", "gpt-4o"), "gpt-4o"));
        assertFalse(ModelGlobs.allow(List.of("claude-*", "gpt-4o"), "gpt-5"));
    }

    /** An attack on a matcher that backtracks: exponential there. */
    @Test
    void manyAsterisksCostNoTime() {
        String glob = "a*".repeat(60) + "b";
        String model = "a".repeat(256);
        assertFalse(assertTimeoutPreemptively(Duration.ofSeconds(5), () -> ModelGlobs.allow(List.of(glob), model)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"gpt-4o", "*", "openai/gpt-4o:free", "claude-*@2024", "a"})
    void aGlobIsMadeOfTheCharactersOfModels(String text) {
        assertTrue(ModelGlobs.isGlob(text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "a b", "a,b", "gpt?", "-x", "a\n", "modèle"})
    void anythingElseIsNone(String text) {
        assertFalse(ModelGlobs.isGlob(text));
        assertFalse(ModelGlobs.isGlob("a".repeat(ModelGlobs.MAX_LENGTH + 1)));
    }
}
