package com.amplihack.auth.web;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** When requests are served, and how a server that stops waits for them. */
class ServiceStateTest {
    private static final Duration NEVER_OVER = Duration.ofHours(1);

    private final ServiceState state = new ServiceState();

    private Optional<ErrorCode> refusal() {
        return state.refusal().map(AuthException::code);
    }

    @Test
    void nothingIsServedBeforeItIsOpened() {
        assertEquals(Optional.of(ErrorCode.STORE_UNAVAILABLE), refusal());
        state.waitFor("no Redis");
        assertEquals(Optional.of("no Redis"), state.fault());
        assertEquals(Optional.of(ErrorCode.STORE_UNAVAILABLE), refusal());
        assertFalse(state.hasFailed());

        state.open();
        assertEquals(Optional.empty(), refusal());
        assertEquals(Optional.empty(), state.fault());
    }

    @Test
    void aFailedStartIsClosedAndSaysSo() {
        state.fail("wrong password");

        assertTrue(state.hasFailed());
        assertEquals(Optional.of("wrong password"), state.fault());
        assertEquals(Optional.of(ErrorCode.STORE_UNAVAILABLE), refusal());
    }

    @Test
    void anIdleServerStopsAtOnceAndRefusesWhatComesThen() throws InterruptedException {
        state.open();

        assertEquals(0, state.drain(NEVER_OVER));

        assertEquals(Optional.of(ErrorCode.OVERLOADED), refusal());
        state.open();
        assertEquals(Optional.of(ErrorCode.OVERLOADED), refusal(), "it opens no more");
    }

    @Test
    void aServerThatWaitsForItsStoreServesNobodyWhenItStops() throws InterruptedException {
        state.accepted(); // a request that is being refused
        state.drain(Duration.ZERO);

        assertEquals(Optional.of(ErrorCode.OVERLOADED), refusal());
    }

    @Test
    void itServesUntilRequestsAndStreamsAreOver() throws InterruptedException {
        state.open();
        state.accepted();
        Runnable over = state.stream(() -> {});
        CountDownLatch drained = new CountDownLatch(1);
        Thread stop = new Thread(() -> {
            try {
                state.drain(NEVER_OVER);
                drained.countDown();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        stop.start();
        while (!state.isStopping()) {
            Thread.onSpinWait();
        }

        assertEquals(Optional.empty(), refusal());
        assertEquals(Optional.of("draining: the server stops"), state.fault());
        state.answered();
        assertEquals(1, drained.getCount());
        over.run();
        drained.await();
    }

    @Test
    void streamsThatOutliveTheGraceAreEndedAlsoOneThatComesTooLate() throws InterruptedException {
        AtomicInteger ended = new AtomicInteger();
        state.open();
        state.stream(ended::incrementAndGet);

        assertEquals(1, state.drain(Duration.ZERO));

        assertEquals(1, ended.get());
        state.stream(ended::incrementAndGet);
        assertEquals(2, ended.get());
    }
}
