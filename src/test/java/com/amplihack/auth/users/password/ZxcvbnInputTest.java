package com.amplihack.auth.users.password;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is measured has few readings: with every sign there would be 576, and seconds of work. */
class ZxcvbnInputTest {
    private static final String EVERY_SIGN = "4@8({[<3691!|05$7+%2";

    @ParameterizedTest
    @ValueSource(
            strings = {
                "correct horse battery staple",
                "p4$$w0rd!",
                "0123456789",
                "2d02c35e-c542-4eeb-aba6-a5f7821cc25b",
                ""
            })
    void whatPeopleAndProgramsMakeIsMeasuredAsItIs(String password) {
        assertEquals(password, ZxcvbnInput.of(password));
    }

    @Test
    void atMostEightReadingsAreLeftAndEverySignIsStillItself() {
        String measured = ZxcvbnInput.of(EVERY_SIGN.repeat(3));

        assertEquals(EVERY_SIGN.length() * 3, measured.length());
        assertEquals(EVERY_SIGN.length(), measured.chars().distinct().count());
        int readings = 1;
        for (String ofOneLetter : new String[] {"4@", "({[<", "69", "1!|", "1|7", "$5", "+7"}) {
            readings *= (int) Math.max(
                    1, ofOneLetter.chars().filter(c -> measured.indexOf(c) >= 0).count());
        }
        assertTrue(readings <= 8, "readings: " + readings);
        assertEquals(measured.substring(0, EVERY_SIGN.length()).repeat(3), measured, "repetitions stay what they are");
        assertNotEquals(EVERY_SIGN.repeat(3), measured);
    }

    @Test
    void onlyTheStartIsMeasuredAndNoCharacterIsCut() {
        assertEquals(64, ZxcvbnInput.of("x".repeat(1024)).length());
        assertEquals("\ud83d\ude00".repeat(64), ZxcvbnInput.of("\ud83d\ude00".repeat(200)));
    }
}
