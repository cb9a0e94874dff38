package com.amplihack.auth.store;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class MemorySecurityStoreTest extends SecurityStoreContract {
    private Instant now = Instant.parse("2026-01-01T00:00:00Z");
    private final MemorySecurityStore store = new MemorySecurityStore(() -> now);

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
    @Tag("fault-21")
    void whatHasRunOutIsForgotten() {
        for (int i = 0; i < 100; i++) {
            store.take(FIVE, "address-" + i);
            store.open(session("user-" + i, sid, store.epoch("user-" + i), Duration.ofDays(30)), WEEK);
        }
        assertEquals(200, store.size());

        advance(Duration.ofDays(32));
        store.take(FIVE, "somebody");

        assertEquals(1, store.size());
    }
}
