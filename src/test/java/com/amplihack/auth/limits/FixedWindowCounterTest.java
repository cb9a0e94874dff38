package com.amplihack.auth.limits;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.config.type.Quota;
import com.amplihack.auth.store.QuotaStore.Taken;
import java.time.Duration;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class FixedWindowCounterTest {
    private static final Quota THREE = new Quota("three", 3, Duration.ofSeconds(60));

    private long nanos;
    private final FixedWindowCounter counter = new FixedWindowCounter(() -> nanos);

    @Test
    void aQuotaIsGrantedInAWindowThatBeginsWithItsFirstRequest() {
        assertEquals(new Taken(true, 2, Duration.ofSeconds(60)), counter.take(THREE, "a"));
        pass(20);
        assertEquals(new Taken(true, 1, Duration.ofSeconds(40)), counter.take(THREE, "a"));
        assertEquals(new Taken(true, 0, Duration.ofSeconds(40)), counter.take(THREE, "a"));
        pass(39);
        assertEquals(new Taken(false, 0, Duration.ofSeconds(1)), counter.take(THREE, "a"));
        pass(1);
        assertEquals(new Taken(true, 2, Duration.ofSeconds(60)), counter.take(THREE, "a"));
    }

    @Test
    void eachKeyAndEachQuotaIsCountedByItself() {
        IntStream.range(0, 4).forEach(i -> counter.take(THREE, "a"));
        assertFalse(counter.take(THREE, "a").granted());
        assertTrue(counter.take(THREE, "b").granted());
        assertTrue(
                counter.take(new Quota("other", 3, Duration.ofSeconds(60)), "a").granted());
    }

    @Test
    void aChangedQuotaHoldsAtOnce() {
        counter.take(THREE, "a");
        counter.take(THREE, "a");
        Quota one = new Quota("three", 1, Duration.ofSeconds(60));
        assertEquals(new Taken(false, 0, Duration.ofSeconds(60)), counter.take(one, "a"));
        Quota five = new Quota("three", 5, Duration.ofSeconds(60));
        assertTrue(counter.take(five, "a").granted());
    }

    @Test
    void racingRequestsGetNoMoreThanTheQuota() {
        Quota hundred = new Quota("hundred", 100, Duration.ofSeconds(60));
        long granted = IntStream.range(0, 10_000)
                .parallel()
                .filter(i -> counter.take(hundred, "a").granted())
                .count();
        assertEquals(100, granted);
    }

    @Test
    void noMoreKeysAreRememberedThanTheBound() {
        IntStream.range(0, 2 * FixedWindowCounter.MAX_KEYS).forEach(i -> counter.take(THREE, "key" + i));
        assertTrue(counter.keys() <= FixedWindowCounter.MAX_KEYS, () -> counter.keys() + " keys");
        pass(62); // swept a second late, a thousand at a time
        IntStream.range(0, 100).forEach(i -> counter.keys());
        assertEquals(0, counter.keys());
    }

    private void pass(int seconds) {
        nanos += Duration.ofSeconds(seconds).toNanos();
    }
}
