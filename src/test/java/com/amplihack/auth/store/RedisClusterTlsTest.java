package com.amplihack.auth.store;

import static com.amplihack.auth.store.SecurityStoreContract.ADA;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.config.TestSettings;
import com.amplihack.auth.metrics.Meters;
import com.amplihack.auth.store.SessionStore.Epoch;
import com.amplihack.auth.store.redis.RedisBackend;
import com.amplihack.auth.store.script.ScriptedStore;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Jedis;

/** A cluster that announces addresses, while its certificates have names alone. */
class RedisClusterTlsTest {
    private static final String ANNOUNCED = "127.0.0.1"; // the certificate is for localhost

    private static TestTlsRedis redis;

    @BeforeAll
    static void start() {
        redis = new TestTlsRedis(
                "cluster-enabled yes",
                "tls-cluster yes",
                "cluster-config-file nodes.conf",
                "cluster-announce-ip " + ANNOUNCED);
        try (Jedis operator = redis.operator()) {
            operator.clusterAddSlots(IntStream.range(0, 16_384).toArray());
        }
        Until.holds("the cluster is well", () -> {
            try (Jedis operator = redis.operator()) {
                return operator.clusterInfo().contains("cluster_state:ok");
            }
        });
        System.setProperty("javax.net.ssl.trustStore", redis.trustStore().toString());
        System.setProperty("javax.net.ssl.trustStorePassword", TestCertificate.TRUST_STORE_PASSWORD);
    }

    @AfterAll
    static void stop() throws IOException {
        System.clearProperty("javax.net.ssl.trustStore");
        System.clearProperty("javax.net.ssl.trustStorePassword");
        redis.close();
    }

    @Test
    void anAddressThatNoCertificateHasIsRefused() {
        try (ScriptedStore store = store(Map.of())) {
            StringWriter trace = new StringWriter();
            assertThrows(StoreUnavailableException.class, () -> store.epoch(ADA))
                    .printStackTrace(new PrintWriter(trace));
            assertTrue(trace.toString().contains("No subject alternative names matching IP"), trace::toString);
        }
    }

    @Test
    void withItsNameItIsReachedAndItsCertificateVerified() {
        String name = ANNOUNCED + ":" + redis.port() + "=localhost:" + redis.port();
        try (ScriptedStore store = store(Map.of("redis.cluster.names", name))) {
            assertEquals(new Epoch(0, 0), store.epoch(ADA));
            store.endEverybody(); // on a connection to the node that has the key
        }
    }

    private static ScriptedStore store(Map<String, String> more) {
        Map<String, String> properties = new HashMap<>(redis.properties());
        properties.remove("redis.host");
        properties.remove("redis.port");
        properties.put("redis.cluster.nodes", "localhost:" + redis.port());
        properties.putAll(more);
        return new ScriptedStore(
                new RedisBackend(TestSettings.dev(Path.of("unused"), properties).store(), new Meters()));
    }
}
