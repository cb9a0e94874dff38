package com.amplihack.auth.store;

import com.amplihack.auth.config.StoreSettings;
import com.amplihack.auth.config.TestSettings;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;

/** What every store promises, kept in a Redis that is reached by TLS, with name and password. */
@Tag("full")
class RedisTlsStoreTest extends RedisStoreContract {
    private static TestTlsRedis redis;

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

    @Override
    StoreSettings settings() {
        return TestSettings.dev(Path.of("unused"), redis.properties()).store();
    }

    @Override
    void flush() {
        redis.flush();
    }
}
