package com.amplihack.auth.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.http.Client.Answer;
import com.amplihack.auth.store.TestCluster;
import com.amplihack.auth.store.TestSentinels;
import com.amplihack.auth.store.TestTlsRedis;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A session's life on each kind of Redis, in a server of its own; {@code SecurityStoreContract} tells the rest. */
@Tag("one-store")
class TopologyIT {
    @Test
    void behindSentinels() throws Exception {
        try (TestSentinels redis = new TestSentinels()) {
            aSessionLivesAndEnds(redis.properties());
        }
    }

    @Test
    void inACluster() throws Exception {
        try (TestCluster redis = new TestCluster()) {
            aSessionLivesAndEnds(redis.properties());
        }
    }

    @Test
    void byTls() throws Exception {
        try (TestTlsRedis redis = new TestTlsRedis()) {
            Map<String, String> properties = new HashMap<>(redis.properties());
            properties.put("javax.net.ssl.trustStore", redis.trustStore().toString());
            properties.put("javax.net.ssl.trustStorePassword", redis.trustStorePassword());
            aSessionLivesAndEnds(properties);
        }
    }

    private static void aSessionLivesAndEnds(Map<String, String> redis) {
        Map<String, String> properties = new HashMap<>(redis);
        properties.putAll(Map.of(
                "mp.config.profile", "dev",
                "auth.home", ServerProcess.freshDirectory("topology").toString(),
                "auth.store", "redis",
                "auth.api.limit", "10",
                "auth.argon2.memory.kib", "1024",
                "jwt.key.size", "2048"));
        try (ServerProcess server = ServerProcess.start(ServerProcess.freePort(), properties, Map.of())
                .ready()) {
            Session session = Session.of(server, "admin", server.firstPassword());
            assertEquals(200, session.user().status());
            assertEquals(200, session.refresh().status());
            assertEquals(200, session.user().status());
            Session other = Session.of(server, "admin", server.firstPassword());
            assertEquals(
                    200,
                    other.with(other.client.post("/auth/logout-all")).send().status());
            assertEquals("token_revoked", session.user().error());
            assertEquals("invalid_refresh_token", session.refresh().error());

            Session limited = Session.of(server, "admin", server.firstPassword());
            Answer answer = limited.user();
            for (int i = 0; answer.status() == 200; i++) {
                assertTrue(i < 10, "no limit");
                answer = limited.user();
            }
            assertEquals(429, answer.status());
            assertEquals(
                    200,
                    limited.with(limited.client.post("/auth/logout")).send().status());
            Answer ready = limited.client.get("/health/ready").send();
            assertEquals(200, ready.status(), ready.body());
            Answer metrics = limited.client.get("/metrics").send();
            assertTrue(metrics.body().contains("jwt_sessions_active{mp_scope=\"application\"} 0"), metrics.body());
        }
    }
}
