package com.amplihack.auth.ops;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.config.Configuration;
import com.amplihack.auth.config.TestSettings;
import com.amplihack.auth.config.source.InvalidSettingException;
import com.amplihack.auth.metrics.Meters;
import com.amplihack.auth.store.SecurityStore;
import com.amplihack.auth.store.StoreUnavailableException;
import com.amplihack.auth.store.TestRedis;
import java.io.IOException;
import java.nio.file.Path;
import java.text.MessageFormat;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What cannot be used is refused or waited for where {@code auth.store} is {@code redis}, and warned of where it is {@code auto}. */
class StoreProducerTest {
    private static final Logger LOG = Logger.getLogger(StoreProducer.class.getName());

    private static TestRedis redis;

    private final List<LogRecord> logged = new ArrayList<>();
    private final Handler handler = new Handler() {
        @Override
        public void publish(LogRecord record) {
            logged.add(record);
        }

        @Override
        public void flush() {
            // nothing is kept back
        }

        @Override
        public void close() {
            // nothing is open
        }
    };

    @BeforeAll
    static void start() {
        redis = TestRedis.start();
    }

    @AfterAll
    static void stop() throws IOException {
        redis.close();
    }

    @BeforeEach
    void listen() {
        LOG.addHandler(handler);
    }

    @AfterEach
    void listenNoMore() {
        LOG.removeHandler(handler);
    }

    /** A wrong setting each, and how its sentence begins. */
    static Stream<Map.Entry<Map<String, String>, String>> wrong() {
        String address = "127.0.0.1:" + redis.port();
        return Stream.of(
                Map.entry(
                        Map.of("redis.uri", "redis://no-such-machine.invalid:1234"),
                        "redis.uri: no machine has the name in no-such-machine.invalid:1234"),
                Map.entry(
                        Map.of("redis.host", "no-such-machine.invalid"),
                        "redis.host: no machine has the name in no-such-machine.invalid:" + redis.port()),
                Map.entry(
                        Map.of("redis.password", "wrong"),
                        "redis.password: Redis at " + address + " does not accept this name and password"),
                Map.entry(
                        Map.of("redis.tls", "true"),
                        "redis.tls: " + address + " does not answer to TLS; a port without it needs redis.tls=false"));
    }

    @ParameterizedTest
    @MethodSource("wrong")
    void redisIsNeverReplaced(Map.Entry<Map<String, String>, String> wrong) {
        SecurityStore store = produce("redis", wrong.getKey());
        boolean passing = !wrong.getKey().containsKey("redis.password"); // a plain Redis is silent when asked for TLS
        Class<? extends RuntimeException> kind =
                passing ? StoreUnavailableException.class : InvalidSettingException.class;
        RuntimeException refusal = assertThrows(kind, () -> store.connect(Instant.now()));

        assertEquals(wrong.getValue(), refusal.getMessage());
        assertThrows(StoreUnavailableException.class, store::ping);
    }

    @ParameterizedTest
    @MethodSource("wrong")
    void autoWarnsAndGoesOnInMemory(Map.Entry<Map<String, String>, String> wrong) {
        assertEquals("memory", produce("auto", wrong.getKey()).kind());

        assertEquals(
                List.of(wrong.getValue() + ": sessions live in the memory of this process and end with it"),
                warnings());
    }

    @Test
    void autoTakesARedisThatAnswers() throws Exception {
        SecurityStore store = produce("auto", Map.of());
        assertEquals("redis", store.kind());
        store.ping();
        new StoreProducer().close(store);
        assertTrue(warnings().isEmpty(), () -> warnings().toString());
    }

    private static SecurityStore produce(String kind, Map<String, String> changes) {
        Map<String, String> properties = new HashMap<>(redis.properties());
        properties.put("auth.store", kind);
        if (changes.containsKey("redis.uri")) {
            List.of("redis.host", "redis.port", "redis.username", "redis.password")
                    .forEach(properties::remove);
        }
        properties.putAll(changes);
        Configuration configuration = TestSettings.following(Path.of("unused"), properties);
        return new StoreProducer().store(configuration, InstantSource.system(), new Meters());
    }

    private List<String> warnings() {
        return logged.stream()
                .filter(record -> record.getLevel() == Level.WARNING)
                .map(record -> MessageFormat.format(record.getMessage(), record.getParameters()))
                .toList();
    }
}
