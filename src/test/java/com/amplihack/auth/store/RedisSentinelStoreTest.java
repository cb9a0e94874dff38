package com.amplihack.auth.store;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.config.StoreSettings;
import com.amplihack.auth.config.TestSettings;
import com.amplihack.auth.metrics.Meters;
import com.amplihack.auth.store.redis.RedisBackend;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Jedis;

/** What every store promises, kept in a Redis behind Sentinels. */
@Tag("full")
class RedisSentinelStoreTest extends RedisStoreContract {
    private static TestSentinels redis;

    @BeforeAll
    static void start() {
        redis = new TestSentinels();
    }

    @AfterAll
    static void stop() throws IOException {
        redis.close();
    }

    @Override
    StoreSettings settings() {
        return TestSettings.dev(Path.of("unused"), redis.properties()).store();
    }

    @Override
    void flush() {
        try (Jedis operator = redis.primary().operator()) {
            operator.flushAll();
        }
    }

    @Test
    void whoDoesNotKnowTheirPasswordIsToldWhichSettingItIs() {
        Map<String, String> properties = new HashMap<>(redis.properties());
        properties.remove("redis.sentinel.password");
        StoreSettings settings = TestSettings.dev(Path.of("unused"), properties).store();

        String refusal = assertThrows(StoreUnavailableException.class, () -> new RedisBackend(settings, new Meters())
                        .connect(Instant.now()))
                .getMessage();

        assertTrue(refusal.contains("redis.sentinel.password"), refusal);
    }
}
