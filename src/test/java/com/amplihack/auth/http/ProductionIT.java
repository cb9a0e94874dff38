package com.amplihack.auth.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.http.Client.Answer;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import redis.embedded.RedisServer;

/** No profile, everything by environment: PostgreSQL, Redis, an encrypted key, the specification's names. */
class ProductionIT {
    @Test
    @Tag("fault-42")
    void environmentAloneRunsItOnPostgresAndRedis() throws IOException {
        Path home = ServerProcess.freshDirectory("production");
        int redisPort = ServerProcess.freePort();
        RedisServer redis = RedisServer.newRedisServer()
                .port(redisPort)
                .bind("127.0.0.1")
                .setting("save \"\"")
                .build();
        redis.start();
        try (EmbeddedPostgres postgres = EmbeddedPostgres.start();
                ServerProcess server = ServerProcess.start(
                                ServerProcess.freePort(), Map.of(), environment(home, redisPort, postgres.getPort()))
                        .ready()) {
            Client client = new Client(server.port());
            Answer login =
                    Session.login(client, "root", "a password of the operator").send();
            assertEquals(200, login.status());
            assertEquals(300, login.json().getInt("expires_in"));
            assertTrue(login.setCookie("__Secure-refresh_token").contains("Max-Age=172800"));
            assertTrue(login.setCookie("__Host-session_id").contains("Path=/;"));
            String token = login.json().getString("access_token");
            assertEquals("https://issuer.example", Session.part(token, 1).getString("iss"));
            assertEquals("another-api", Session.part(token, 1).getString("aud"));
            for (int i = 0; i < 2; i++) {
                assertEquals(
                        200,
                        client.get("/api/user")
                                .bearer(token)
                                .cookie("__Host-session_id", login.cookieValue("__Host-session_id"))
                                .send()
                                .status());
            }
            assertTrue(server.output().contains("First account: root, password: as configured"));
            assertFalse(server.output().contains("a password of the operator"));
            assertTrue(Files.readString(home.resolve("keys/jwt_private.pem")).contains("ENCRYPTED PRIVATE KEY"));
            try (var connection = postgres.getPostgresDatabase().getConnection();
                    var rows = connection.createStatement().executeQuery("select count(*) from auth_account")) {
                assertTrue(rows.next());
                assertEquals(1, rows.getInt(1));
            } catch (SQLException e) {
                throw new AssertionError(e);
            }
        } finally {
            redis.stop();
        }
    }

    private static Map<String, String> environment(Path home, int redisPort, int postgresPort) {
        return Map.ofEntries(
                Map.entry("AUTH_HOME", home.toString()),
                Map.entry("JWT_KEY_PATH", home.resolve("keys").toString()),
                Map.entry("JWT_KEY_PASSPHRASE", "a passphrase for the key"),
                Map.entry("JWT_ISSUER", "https://issuer.example"),
                Map.entry("JWT_AUDIENCE", "another-api"),
                Map.entry("JWT_ACCESS_TOKEN_MINUTES", "5"),
                Map.entry("JWT_REFRESH_TOKEN_DAYS", "2"),
                Map.entry("JWT_KEY_SIZE", "2048"),
                Map.entry("REDIS_HOST", "127.0.0.1"),
                Map.entry("REDIS_PORT", Integer.toString(redisPort)),
                Map.entry("ENABLE_JWT_AUTH", "true"),
                Map.entry("AUTH_BOOTSTRAP_USERNAME", "root"),
                Map.entry("AUTH_BOOTSTRAP_PASSWORD", "a password of the operator"),
                Map.entry("AUTH_DB_CLASS", "org.postgresql.ds.PGSimpleDataSource"),
                Map.entry("AUTH_DB_URL", "jdbc:postgresql://localhost:" + postgresPort + "/postgres"),
                Map.entry("AUTH_DB_USER", "postgres"),
                Map.entry("AUTH_DB_PASSWORD", "postgres"));
    }
}
