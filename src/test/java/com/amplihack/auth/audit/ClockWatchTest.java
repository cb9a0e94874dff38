package com.amplihack.auth.audit;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ClockWatchTest {
    private static final Instant START = Instant.parse("2026-11-30T10:00:00Z");

    private long nanos = Long.MAX_VALUE - 5; // ticks may begin anywhere

    private final ClockWatch watch = new ClockWatch(Optional.empty(), () -> nanos);

    @Test
    void aStepOfMoreThanASecondIsTold() {
        assertEquals(Optional.empty(), watch.stepBack(START));
        assertEquals(Optional.of(Duration.ofSeconds(12)), watch.stepBack(START.minusSeconds(12)));
        assertEquals(Optional.empty(), watch.stepBack(START.minusSeconds(12)), "once");
        assertEquals(Optional.empty(), watch.stepBack(START.plusSeconds(60)), "and not a clock that is ahead");
    }

    @Test
    void aSecondIsTolerated() {
        watch.stepBack(START);
        assertEquals(Optional.empty(), watch.stepBack(START.minusSeconds(1)));
        assertEquals(Optional.of(Duration.ofMillis(1001)), watch.stepBack(START.minusMillis(2001)));
    }

    @Test
    void aClockThatJumpsAllTheTimeIsToldOnceAMinute() {
        int told = 0;
        for (int second = 0; second < 180; second++) {
            watch.stepBack(START);
            told += watch.stepBack(START.minusSeconds(30)).isPresent() ? 1 : 0;
            nanos += TimeUnit.SECONDS.toNanos(1);
        }
        assertEquals(3, told);
    }

    @Test
    void theLineBeforeMayBeOfAnotherStart() {
        ClockWatch later = new ClockWatch(Optional.of(START), () -> nanos);
        assertEquals(Optional.of(Duration.ofHours(1)), later.stepBack(START.minus(Duration.ofHours(1))));
    }
}
