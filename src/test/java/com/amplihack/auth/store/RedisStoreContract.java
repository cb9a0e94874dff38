package com.amplihack.auth.store;

import com.amplihack.auth.config.StoreSettings;
import com.amplihack.auth.metrics.Meters;
import com.amplihack.auth.store.redis.RedisBackend;
import com.amplihack.auth.store.script.ScriptedStore;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** {@link SecurityStoreContract} kept in a real Redis, where time passes by itself. */
abstract class RedisStoreContract extends SecurityStoreContract {
    ScriptedStore store;

    abstract StoreSettings settings();

    /** Empties Redis. */
    abstract void flush();

    @BeforeEach
    void connect() {
        flush();
        store = new ScriptedStore(new RedisBackend(settings(), new Meters()));
    }

    @AfterEach
    void disconnect() {
        store.close();
    }

    @Override
    SecurityStore store() {
        return store;
    }

    @Override
    Instant now() {
        return Instant.now();
    }

    @Override
    void advance(Duration duration) {
        try {
            Thread.sleep(duration.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
