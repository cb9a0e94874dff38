package com.amplihack.auth.store;

import com.amplihack.auth.config.StoreSettings;
import com.amplihack.auth.config.TestSettings;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;

/** What every store promises, kept in a Redis Cluster. */
@Tag("full")
class RedisClusterStoreTest extends RedisStoreContract {
    private static TestCluster redis;

    @BeforeAll
    static void start() {
        redis = new TestCluster();
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
        redis.flush();
    }
}
