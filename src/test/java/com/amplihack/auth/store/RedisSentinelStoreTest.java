package com.amplihack.auth.store;

import com.amplihack.auth.config.StoreSettings;
import com.amplihack.auth.config.TestSettings;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import redis.clients.jedis.Jedis;

/** What every store promises, kept in a Redis behind Sentinels. */
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
}
