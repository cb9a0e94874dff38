package com.amplihack.auth.store;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.amplihack.auth.config.LockoutSettings;
import com.amplihack.auth.store.embedded.EmbeddedBackend;
import com.amplihack.auth.store.script.ScriptedStore;
import java.time.Duration;
import java.time.Instant;
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
    void whatCrashedIsAFailureWhenNobodyCanBeLookingAtItAnyMore() {
        assertCrashedAttemptsAreFailures(() -> advance(Duration.ofMinutes(1)));
    }

    @Test
    @Tag("fault-21")
    void whatHasRunOutIsForgotten() {
        for (int i = 0; i < 100; i++) {
            store.take(FIVE, "address-" + i);
            String user = UUID.randomUUID().toString();
            store.open(session(user, sid, store.epoch(user), Duration.ofDays(30)), WEEK, MOST);
        }
        assertEquals(300, backend.size(), "a quota, a session, an index of each");

        advance(Duration.ofDays(32));
        store.take(FIVE, "somebody");

        assertEquals(1, backend.size());
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
        store.take(FIVE, "somebody");
        assertEquals(2, backend.size(), "the lock is remembered for a day");

        advance(Duration.ofMinutes(2));
        store.take(FIVE, "somebody");

        assertEquals(1, backend.size());
    }
}
