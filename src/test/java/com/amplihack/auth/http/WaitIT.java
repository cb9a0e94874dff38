package com.amplihack.auth.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.Ports;
import com.amplihack.auth.database.StartedPostgres;
import com.amplihack.auth.http.Client.Answer;
import com.amplihack.auth.store.TestRedis;
import com.amplihack.auth.store.Until;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Jedis;

/** A start before Redis and the database, as docs/outage-policy.md has it. */
@Tag("one-store")
@Tag("full")
class WaitIT {
    private static final String WAITING = "Waiting, and answering 503 meanwhile: ";
    private static final List<String> PATHS = List.of(
            "/",
            "/admin/",
            "/admin/api/users",
            "/api/user",
            "/auth/jwks",
            "/auth/login",
            "/auth/verify",
            "/.well-known/jwks.json",
            "/anything");

    private TestRedis redis;

    @BeforeEach
    void start() {
        redis = TestRedis.start();
    }

    @AfterEach
    void stop() throws IOException {
        redis.close();
    }

    private Map<String, String> settings(Map<String, String> changes) {
        Map<String, String> settings = new HashMap<>(redis.properties());
        settings.putAll(Map.of(
                "mp.config.profile", "dev",
                "auth.home", ServerProcess.freshDirectory("wait").toString(),
                "auth.store", "redis",
                "jwt.key.size", "2048"));
        settings.putAll(changes);
        return settings;
    }

    @Test
    void redisAndTheDatabaseMayComeLater() throws IOException {
        int databasePort = Ports.free();
        redis.kill();
        Map<String, String> settings = settings(Map.of(
                "auth.db.class", "org.postgresql.ds.PGSimpleDataSource",
                "auth.db.url", "jdbc:postgresql://localhost:" + databasePort + "/postgres",
                "auth.db.user", "postgres",
                "auth.db.password", "postgres"));
        try (ServerProcess server = ServerProcess.start(ServerProcess.freePort(), settings, Map.of())) {
            Client client = new Client(server.port());
            server.saying(WAITING);
            Until.holds(
                    "it is deployed", () -> client.get("/health/live").send().status() == 200);
            assertWaits(
                    client,
                    "auth.db.url: the database at jdbc:postgresql://localhost:" + databasePort + "/postgres",
                    "No Redis answers at 127.0.0.1:" + redis.port());

            redis.restart();
            Until.holds("one is there", () -> !reason(client).contains("No Redis answers"));
            assertWaits(client, "auth.db.url: the database at ");

            try (EmbeddedPostgres database =
                    StartedPostgres.builder().setPort(databasePort).start()) {
                server.ready();
                assertEquals(200, client.get("/health/ready").send().status());
                Session admin = Session.of(server, "admin", server.firstPassword());
                assertEquals(
                        200, admin.with(admin.client.get("/api/user")).send().status());
            }
        }
    }

    private static void assertWaits(Client client, String... reasons) {
        assertEquals(200, client.get("/health/live").send().status());
        assertEquals(503, client.get("/health/ready").send().status());
        for (String reason : reasons) {
            assertTrue(reason(client).contains(reason), reason(client));
        }
        for (String path : PATHS) {
            Answer answer = client.get(path).send();
            assertEquals(503, answer.status(), path);
            assertEquals("store_unavailable", answer.error(), path);
            assertTrue(answer.header("Retry-After").isPresent(), path);
        }
        Answer login = Session.login(client, "admin", "any").send();
        assertEquals("store_unavailable", login.error());
    }

    private static String reason(Client client) {
        return client.get("/health/ready").send().body();
    }

    @Test
    void whatNoWaitingCuresEndsTheStartAlsoAfterTheWaiting() throws IOException {
        redis.kill();
        ServerProcess server = ServerProcess.start(
                        ServerProcess.freePort(), settings(Map.of("redis.password", "not-to-be-shown")), Map.of())
                .saying(WAITING);

        redis.restart();

        assertRefused(server, "redis.password: Redis at 127.0.0.1:" + redis.port() + " does not accept");
    }

    @Test
    void aRedisThatForgetsIsRefusedAtOnce() {
        try (Jedis operator = redis.operator()) {
            operator.configSet("maxmemory-policy", "allkeys-lru");
            assertRefused(
                    ServerProcess.start(ServerProcess.freePort(), settings(Map.of()), Map.of()),
                    "maxmemory-policy of Redis is allkeys-lru");
        }
    }

    @Test
    void aPasswordThatTheDatabaseRefusesIsNotWaitedFor() throws IOException {
        try (EmbeddedPostgres database = StartedPostgres.builder()
                .setServerConfig("password_encryption", "scram-sha-256")
                .start()) {
            assertRefused(
                    ServerProcess.start(
                            ServerProcess.freePort(),
                            settings(Map.of(
                                    "auth.db.class", "org.postgresql.ds.PGSimpleDataSource",
                                    "auth.db.url", "jdbc:postgresql://localhost:" + database.getPort() + "/postgres",
                                    "auth.db.user", "nobody",
                                    "auth.db.password", "not-to-be-shown")),
                            Map.of()),
                    "auth.db.user, auth.db.password: the database at ");
        }
    }

    private static void assertRefused(ServerProcess server, String sentence) {
        assertNotEquals(0, server.exitCode());
        String output = server.output();
        assertEquals(
                1,
                output.lines()
                        .filter(line -> line.contains("Amplihack Auth cannot start: " + sentence))
                        .count(),
                output);
        assertTrue(!output.contains("\tat ") && !output.contains("not-to-be-shown"), output);
    }
}
