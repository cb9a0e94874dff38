package com.amplihack.auth.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.Seed;
import com.amplihack.auth.config.LockoutSettings;
import com.amplihack.auth.config.type.Quota;
import com.amplihack.auth.store.QuotaStore.Taken;
import com.amplihack.auth.store.budget.MeteredCall;
import com.amplihack.auth.store.budget.Reservation;
import com.amplihack.auth.store.budget.TokenUsage;
import com.amplihack.auth.store.embedded.EmbeddedBackend;
import com.amplihack.auth.store.script.ScriptedStore;
import com.amplihack.auth.store.script.StoreBackend;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class EmbeddedStoreTest extends SecurityStoreContract {
    private Instant now = Instant.parse("2026-01-01T00:00:00Z");
    private final EmbeddedBackend backend = new EmbeddedBackend(() -> now);
    private final ScriptedStore store = new ScriptedStore(backend);

    @Override
    SecurityStore store() {
        return store;
    }

    @Override
    Instant now() {
        return now;
    }

    @Override
    void advance(Duration duration) {
        now = now.plus(duration);
    }

    @Test
    void aNodeThatIsSilentForTenMinutesIsForgotten() {
        store.beat("one", "first");
        advance(Duration.ofMinutes(9));
        assertEquals(1, store.beat("two", "second").size());
        advance(Duration.ofMinutes(2));

        assertEquals(List.of(), store.beat("two", "second"));
    }

    /** However requests and pauses follow each other, for as long as a key of the store lives, and after. */
    @Test
    void aQuotaIsAnExactSlidingWindow() {
        open();
        Quota seven = new Quota("seven", 7, Duration.ofSeconds(60));
        Random random = new Random(Seed.VALUE);
        Deque<Instant> inside = new ArrayDeque<>();
        for (int i = 0; i < 5_000; i++) {
            advance(Duration.ofMillis(random.nextInt(10) == 0 ? random.nextInt(150_000) : random.nextInt(20_000)));
            while (!inside.isEmpty() && !inside.peek().isAfter(now.minusSeconds(60))) {
                inside.remove();
            }
            boolean granted = inside.size() < 7;
            if (granted) {
                inside.add(now);
            }

            Taken taken = store.lookForRefresh(subject, sid, true, seven).quota();

            assertEquals(granted, taken.granted(), "request " + i);
            assertEquals(7 - inside.size(), taken.remaining(), "request " + i);
            assertEquals(Duration.between(now.minusSeconds(60), inside.peek()), taken.reset(), "request " + i);
        }
    }

    @Test
    void whatIsUnderWayForOverAMinuteHasFailed() {
        Quota two = new Quota("two", 2, Duration.ofSeconds(300));
        store.reserve(two, subject);
        store.reserve(two, subject);
        advance(Duration.ofSeconds(61));

        assertFalse(store.reserve(two, subject).mustWait(), "nobody waits for a node that crashed");
        assertFalse(store.reserve(two, subject).taken().granted());
        advance(Duration.ofSeconds(240));
        assertTrue(store.reserve(two, subject).taken().granted());
    }

    @Test
    void whatCrashedIsAFailureWhenNobodyCanBeLookingAtItAnyMore() {
        assertCrashedAttemptsAreFailures(() -> advance(Duration.ofMinutes(1)));
    }

    @Test
    @Tag("fault-21")
    void whatHasRunOutIsForgotten() {
        for (int i = 0; i < 100; i++) {
            store.reserve(FIVE, "address-" + i);
            String user = UUID.randomUUID().toString();
            store.open(session(user, sid, store.epoch(user), Duration.ofDays(30)), WEEK, MOST);
        }
        assertEquals(300, backend.size(), "a quota, a session, an index of each");

        advance(Duration.ofDays(32));
        store.reserve(FIVE, "somebody");

        assertEquals(1, backend.size());
    }

    @Test
    void whatTheDriverSendsTwiceIsReservedAndSettledOnce() {
        StoreBackend twice = (StoreBackend) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {StoreBackend.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("run")) {
                        method.invoke(backend, arguments);
                    }
                    return method.invoke(backend, arguments);
                });
        seed(0, 0, tokens(100));
        MeteredCall call = new MeteredCall(KEY_ID, "gpt", 30, 50, List.of(tokens(100)), Duration.ofMinutes(3));

        Reservation reservation = Reservations.reserve(new ScriptedStore(twice), caller, call, now);

        assertEquals(50, reservation.reserved().orElseThrow().answerTokens());
        assertEquals(20, left(tokens(100)));
        new ScriptedStore(twice).settle(reservation.reserved().orElseThrow(), new TokenUsage(10, 10));
        assertEquals(80, left(tokens(100)));
    }

    @Test
    void aDayWithoutALockMakesTheNextOneAFirstOneAgain() {
        lock(SHIPPED);
        advance(SHIPPED.lock(0).plus(LockoutSettings.MEMORY).minusSeconds(1));
        Instant second = lock(SHIPPED);
        assertEquals(Duration.ofMinutes(30), Duration.between(now, second));

        advance(SHIPPED.lock(1).plus(LockoutSettings.MEMORY));

        assertEquals(Duration.ofMinutes(15), Duration.between(now, lock(SHIPPED)));
    }

    @Test
    @Tag("fault-21")
    void failuresAndLocksAreForgottenWhenTheyHaveRunOut() {
        lock(SHIPPED);
        store.failLogin(begin(account, device, SHIPPED), SHIPPED);
        advance(SHIPPED.lock(0).plus(LockoutSettings.MEMORY).minusMinutes(1));
        store.reserve(FIVE, "somebody");
        assertEquals(2, backend.size(), "the lock is remembered for a day");

        advance(Duration.ofMinutes(2));
        store.reserve(FIVE, "somebody");

        assertEquals(1, backend.size());
    }
}
