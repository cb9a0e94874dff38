package com.amplihack.auth.store;

import com.amplihack.auth.config.TestSettings;
import com.amplihack.auth.metrics.Meters;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;

/** What every store promises, kept in a Redis Cluster. */
class RedisClusterStoreTest extends SecurityStoreContract {
    private static TestCluster redis;
    private RedisSecurityStore store;

    @BeforeAll
    static void start() {
        redis = new TestCluster();
    }

    @AfterAll
    static void stop() throws IOException {
        redis.close();
    }

    @BeforeEach
    void connect() {
        redis.flush();
        store = new RedisSecurityStore(
                TestSettings.dev(Path.of("unused"), redis.properties()).store(), new Meters());
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
