package com.amplihack.auth.config;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class LockoutSettingsTest {
    private static final LockoutSettings SHIPPED = new LockoutSettings(10, Duration.ofMinutes(15));

    @Test
    void locksDoubleUpToEightTimes() {
        long[] minutes = {15, 30, 60, 120, 120, 120};
        for (int before = 0; before < minutes.length; before++) {
            assertEquals(Duration.ofMinutes(minutes[before]), SHIPPED.lock(before));
        }
        assertEquals(Duration.ofMinutes(120), SHIPPED.lock(1_000_000));
    }

    @Test
    void strangersGetAHundredAndFiftyGuessesInTheFirstDayAndAHundredAndTwentyInTheNext() {
        assertEquals(150, SHIPPED.guessesWithin(Duration.ofDays(1)));
        assertEquals(270, SHIPPED.guessesWithin(Duration.ofDays(2)));
        assertEquals(10, SHIPPED.guessesWithin(Duration.ofMinutes(15)));
        assertEquals(20, SHIPPED.guessesWithin(Duration.ofMinutes(15).plusMillis(1)));
    }

    @Test
    void aFailureCountsAsLongAsTheLongestLock() {
        assertEquals(Duration.ofHours(2), SHIPPED.window());
    }
}
