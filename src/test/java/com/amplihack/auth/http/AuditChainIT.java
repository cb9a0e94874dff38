package com.amplihack.auth.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.store.Until;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The chain of a server that is killed while it writes, read by the command that operators use. */
@Tag("one-store")
class AuditChainIT {
    private static final String PASSWORD = "violet kettle 7 harbour";

    @Test
    void aKilledServersChainGoesOn() throws Exception {
        Path home = ServerProcess.freshDirectory("home");
        int acknowledged = 0;
        for (int start = 0; start < 3; start++) {
            try (ServerProcess server = started(home)) {
                Client client = new Client(server.port());
                for (int i = 0; i < 20; i++) {
                    acknowledged +=
                            Session.login(client, "admin", PASSWORD).send().status() == 200 ? 1 : 0;
                }
                if (start < 2) {
                    server.kill();
                } else {
                    isFoundByTheServerItself(Session.of(server, "admin", PASSWORD), home.resolve("audit.jsonl"));
                }
            }
        }
        Path audit = home.resolve("audit.jsonl");
        List<String> lines = Files.readAllLines(audit);
        assertEquals(60, acknowledged);
        long recorded = lines.stream()
                .filter(line -> line.contains("\"LOGIN_SUCCESS\""))
                .count();
        assertTrue(
                recorded >= 58, recorded + " of 60: an answer waits 15 ms for its line, and two servers were killed");

        assertEquals(0, verify("--key", key(home).toString(), audit.toString()));
        lines.set(30, lines.get(30).replace("admin", "ada"));
        Files.write(audit, lines);
        assertEquals(1, verify("--key", key(home).toString(), audit.toString()));
    }

    /** Somebody changes a line, and puts it back. */
    private static void isFoundByTheServerItself(Session admin, Path audit) throws IOException {
        Until.holds("every line is in the database", () -> verified(admin).getBoolean("ok"));
        Until.holds("the lines of the dead servers too", () -> found(admin, "LOGIN_SUCCESS") == 61);
        byte[] whole = Files.readAllBytes(audit);
        byte[] changed = new String(whole, StandardCharsets.UTF_8)
                .replaceFirst("(\"seq\":30,.*)\"username\":\"admin\"", "$1\"username\":\"eve\"")
                .getBytes(StandardCharsets.UTF_8);
        Files.write(audit, changed);
        JsonObject report = verified(admin);
        Files.write(audit, whole);
        assertFalse(report.getBoolean("ok"), report.toString());
        JsonObject bad = report.getJsonArray("nodes").getJsonObject(0).getJsonObject("first_bad");
        assertEquals("edited", bad.getString("kind"), report.toString());
    }

    private static JsonObject verified(Session admin) {
        return admin.with(admin.client.get("/admin/api/audit/verify")).send().json();
    }

    private static int found(Session admin, String event) {
        return admin.with(admin.client.get("/admin/api/audit?limit=200&event=" + event))
                .send()
                .json()
                .getJsonArray("items")
                .size();
    }

    private static ServerProcess started(Path home) {
        return ServerProcess.start(
                        ServerProcess.freePort(),
                        Map.of(
                                "mp.config.profile", "dev",
                                "auth.home", home.toString(),
                                "auth.store", "memory",
                                "jwt.key.size", "2048",
                                "auth.login.limit", "1000",
                                "auth.bootstrap.password", PASSWORD),
                        Map.of())
                .ready();
    }

    private static Path key(Path home) throws IOException {
        try (DirectoryStream<Path> keys = Files.newDirectoryStream(home.resolve("keys"), "audit-chain-*.key")) {
            return keys.iterator().next();
        }
    }

    private static int verify(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-jar",
                System.getProperty("it.tools"),
                "verify-audit"));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(process.waitFor(60, TimeUnit.SECONDS), output);
        System.out.println(output);
        return process.exitValue();
    }
}
