package com.amplihack.auth.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.database.StartedPostgres;
import com.amplihack.auth.http.Client.Answer;
import com.amplihack.auth.store.TestRedis;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The command for a lost administrator's password, as a process of its own, and the deployed server before and after. */
@Tag("one-store")
@Tag("full")
class LostAdminIT {
    private static final Path NOWHERE = Path.of("/nowhere/at/all");

    private final Path home = ServerProcess.freshDirectory("lost");

    @Test
    void onTheEmbeddedDatabaseTheServerIsDownMeanwhile() throws Exception {
        Map<String, String> settings = Map.of(
                "mp.config.profile",
                "dev",
                "auth.home",
                home.toString(),
                "auth.store",
                "memory",
                "jwt.key.size",
                "2048");
        String lost;
        try (ServerProcess server = start(settings)) {
            lost = server.firstPassword();
            Session admin = Session.of(server, "admin", lost);
            Session.make(admin, "ada", "user");
            disable(admin, "ada");

            Run inUse = run(settings, "ada");
            assertEquals(1, inUse.exitCode());
            assertEquals(
                    "auth.db.url: the database at jdbc:h2:file:" + home
                            + "/accounts is in use: stop the server first\n",
                    inUse.output());
        }

        Run run = run(settings, "ADA");

        assertEquals(0, run.exitCode(), run.output());
        assertTrue(run.output().contains("restart it"), run.output());
        try (ServerProcess server = start(settings)) {
            assertSignsInAsAdministrator(server, "ada", run.password());
            Client stranger = new Client(server.port());
            assertEquals(
                    401, Session.login(stranger, "ada", Session.PASSWORD).send().status());
            assertEquals(200, Session.login(stranger, "admin", lost).send().status(), "of another account");
        }
        String recorded = Files.readString(home.resolve("audit-recovery.jsonl"));
        assertEquals(1, recorded.lines().count());
        JsonObject entry = new Answer(200, List.of(), recorded).json();
        assertEquals("ADMIN_ACTION", entry.getString("event"));
        assertEquals("critical", entry.getString("severity"));
        assertEquals(1, entry.getInt("seq"));
        JsonObject details = entry.getJsonObject("details");
        assertEquals("lost_admin", details.getString("action"));
        assertEquals("false", details.getString("was_enabled"));
        assertEquals("false", details.getString("was_administrator"));
        assertEquals(System.getProperty("user.name"), details.getString("operator"));
        assertFalse(recorded.contains(run.password()));
    }

    @Test
    void onPostgresAndRedisTheServerGoesOn() throws Exception {
        try (TestRedis redis = TestRedis.start();
                EmbeddedPostgres postgres = StartedPostgres.start()) {
            Map<String, String> settings = new HashMap<>(redis.properties());
            settings.putAll(Map.of(
                    "auth.home", home.toString(),
                    "auth.store", "redis",
                    "auth.cookie.prefix", "false",
                    "auth.require.tls", "false",
                    "auth.mfa", "optional",
                    "jwt.key.size", "2048",
                    "auth.db.class", "org.postgresql.ds.PGSimpleDataSource",
                    "auth.db.url", "jdbc:postgresql://localhost:" + postgres.getPort() + "/postgres",
                    "auth.db.user", "postgres",
                    "auth.db.password", "postgres"));
            try (ServerProcess server = start(settings)) {
                theServerGoesOn(server, settings);
                redis.kill();
                Run withoutRedis = run(settings, "admin");
                assertEquals(0, withoutRedis.exitCode(), withoutRedis.output());
                assertTrue(withoutRedis.output().contains("Run this again when Redis is up."), withoutRedis.output());

                execute(postgres, "update flyway_schema_history set version = '99' where version = '3'");
                Run otherSchema = run(settings, "admin");
                assertEquals(1, otherSchema.exitCode());
                assertEquals(
                        "The database has the schema of another version: use the command of the version that runs on it\n",
                        otherSchema.output());
                execute(postgres, "update flyway_schema_history set version = '3' where version = '99'");
            }
            postgres.close();
            Run unreachable = run(settings, "admin");
            assertEquals(1, unreachable.exitCode());
            assertEquals(
                    "auth.db.url: the database at jdbc:postgresql://localhost:" + postgres.getPort()
                            + "/postgres cannot be reached\n",
                    unreachable.output());
        }
    }

    private void theServerGoesOn(ServerProcess server, Map<String, String> settings) throws Exception {
        Session thief = Session.of(server, "admin", server.firstPassword());
        String device = thiefsDevice(server);
        for (int i = 0; i < 10; i++) { // each from an address of its own
            Session.login(new Client(server.port()), "admin", "guess number " + i)
                    .send();
        }
        assertEquals(200, thief.user().status());
        long lines = Files.lines(home.resolve("audit.jsonl")).count();

        Run nobody = run(settings, "nobody-of-that-name");
        assertEquals(1, nobody.exitCode());
        assertEquals("There is no account 'nobody-of-that-name'\n", nobody.output());
        Run run = run(settings, "admin");

        assertEquals(0, run.exitCode(), run.output());
        assertTrue(run.output().contains("Sessions ended: 2."), run.output());
        assertEquals("token_revoked", thief.user().error());
        assertEquals(401, thief.refresh().status());
        assertEquals(lines, auditedWithout(home.resolve("audit.jsonl"), "TOKEN_INVALID", lines));
        assertSignsInAsAdministrator(server, "admin", run.password());
        Client client = new Client(server.port());
        assertEquals(
                401,
                Session.login(client, "admin", server.firstPassword()).send().status());
        // a device of the old password is a stranger: with nine more of those the account is locked for it as well
        for (int i = 0; i < 9; i++) {
            Session.login(new Client(server.port()), "admin", "guess number " + i)
                    .send();
        }
        assertEquals(
                401,
                Session.login(new Client(server.port()), "admin", run.password())
                        .cookie("device", device)
                        .send()
                        .status());
    }

    /** Of the server's own file: its numbers go on without a gap. */
    private static long auditedWithout(Path file, String event, long expected) throws IOException {
        List<String> lines = Files.readAllLines(file);
        for (int i = 0; i < lines.size(); i++) {
            assertTrue(lines.get(i).contains("\"seq\":" + (i + 1) + ","), lines.get(i));
        }
        return expected;
    }

    private static String thiefsDevice(ServerProcess server) {
        return Session.login(new Client(server.port()), "admin", server.firstPassword())
                .send()
                .cookieValue("device");
    }

    @Test
    void withoutItsSettingsNothingIsTouched() throws Exception {
        Map<String, String> settings = new HashMap<>(Map.of("mp.config.profile", "dev", "auth.home", home.toString()));

        assertEquals(
                "Name one account, as in: java -jar amplihack-auth-recovery.jar admin\n",
                run(settings).output());
        assertEquals(
                "auth.db.url: the database at jdbc:h2:file:" + home + "/accounts is not there\n",
                run(settings, "admin").output());
        assertEquals(List.of(), List.of(home.toFile().list()));
        settings.put("auth.home", NOWHERE.toString());
        assertEquals(
                "auth.home: " + NOWHERE + " is not there\n",
                run(settings, "admin").output());
        assertEquals("auth.home must be set\n", run(Map.of(), "admin").output());
        settings.put("jwt.key.store", "sometimes");
        Run bad = run(settings, "admin");
        assertEquals(1, bad.exitCode());
        assertEquals("jwt.key.store must be one of file, pkcs11, was 'sometimes'\n", bad.output());
    }

    private static ServerProcess start(Map<String, String> settings) {
        return ServerProcess.start(ServerProcess.freePort(), settings, Map.of()).ready();
    }

    private static void disable(Session admin, String username) {
        String id = admin.with(admin.client.get("/admin/api/users?query=" + username))
                .send()
                .json()
                .getJsonArray("items")
                .getJsonObject(0)
                .getString("user_id");
        Answer disabled = admin.with(admin.client.request("PATCH", "/admin/api/users/" + id))
                .body("application/merge-patch+json", "{\"enabled\":false}".getBytes(StandardCharsets.US_ASCII))
                .send();
        assertEquals(200, disabled.status());
    }

    private static void assertSignsInAsAdministrator(ServerProcess server, String username, String password) {
        Session session = Session.of(server, username, password);
        assertEquals(
                200, session.with(session.client.get("/admin/api/users")).send().status());
    }

    private static void execute(EmbeddedPostgres postgres, String sql) throws SQLException {
        try (Connection connection = postgres.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private record Run(int exitCode, String output) {
        String password() {
            return output.lines().findFirst().orElseThrow().replaceFirst("New password of [^:]*: ", "");
        }
    }

    /** The settings by environment, as an operator has them. */
    private Run run(Map<String, String> settings, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-jar",
                System.getProperty("it.recovery")));
        command.addAll(List.of(arguments));
        Path output = Files.createTempFile(home.getParent(), "recovery-", ".log");
        ProcessBuilder builder = new ProcessBuilder(command).redirectOutput(output.toFile());
        settings.forEach((name, value) -> builder.environment()
                .put(name.toUpperCase(java.util.Locale.ROOT).replace('.', '_'), value));
        Process process = builder.redirectError(ProcessBuilder.Redirect.INHERIT).start();
        assertTrue(process.waitFor(120, TimeUnit.SECONDS));
        return new Run(process.exitValue(), Files.readString(output));
    }
}
