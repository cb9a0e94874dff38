package com.amplihack.auth.store;

import com.amplihack.auth.config.TestSettings;
import com.amplihack.auth.metrics.Meters;
import com.amplihack.auth.store.redis.RedisBackend;
import com.amplihack.auth.store.script.ScriptedStore;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import redis.clients.jedis.Jedis;

/** A Redis for a test class, empty before each test. */
public abstract class OnRedis {
    protected static TestRedis redis;
    protected Jedis operator;

    @BeforeAll
    static void startRedis() {
        redis = TestRedis.start();
    }

    @AfterAll
    static void stopRedis() throws IOException {
        redis.close();
    }

    @BeforeEach
    void emptyRedis() {
        operator = redis.operator();
        operator.flushAll();
    }

    @AfterEach
    void closeOperator() {
        operator.close();
    }

    /** A store as a node has it. */
    protected static ScriptedStore node() {
        return new ScriptedStore(new RedisBackend(
                TestSettings.dev(Path.of("unused"), redis.properties()).store(), new Meters()));
    }
}
