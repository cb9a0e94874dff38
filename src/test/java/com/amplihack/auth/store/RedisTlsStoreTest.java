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

/** What every store promises, kept in a Redis that is reached by TLS, with name and password. */
class RedisTlsStoreTest extends SecurityStoreContract {
    private static TestTlsRedis redis;
    private RedisSecurityStore store;

    @BeforeAll
    static void start() {
        redis = new TestTlsRedis();
        System.setProperty("javax.net.ssl.trustStore", redis.trustStore().toString());
        System.setProperty("javax.net.ssl.trustStorePassword", TestCertificate.TRUST_STORE_PASSWORD);
    }

    @AfterAll
    static void stop() throws IOException {
        System.clearProperty("javax.net.ssl.trustStore");
        System.clearProperty("javax.net.ssl.trustStorePassword");
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
