package com.amplihack.auth.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.http.Client.Answer;
import com.amplihack.auth.store.Until;
import jakarta.json.JsonObject;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** What clients see of an audit file that hangs, or that somebody takes away, on a server of its own. */
@Tag("one-store")
class AuditOutageIT {
    private static final Path HOME = ServerProcess.freshDirectory("audit-outage");
    private static final Path FILE = HOME.resolve("audit.jsonl");
    private static final int PIPE_BYTES = 65_536;

    /** Of what does not wait for the file; longer than it takes on a busy machine, shorter than the grace. */
    private static final Duration AT_ONCE = Duration.ofMillis(1_500);

    private static ServerProcess server;

    @BeforeAll
    static void start() {
        server = ServerProcess.start(
                        ServerProcess.freePort(),
                        Map.ofEntries(
                                Map.entry("mp.config.profile", "dev"),
                                Map.entry("auth.home", HOME.toString()),
                                Map.entry("auth.store", "memory"),
                                Map.entry("auth.audit.grace.seconds", "2"),
                                Map.entry("auth.api.limit", "1000000"),
                                Map.entry("auth.login.limit", "1000000"),
                                Map.entry("jwt.key.size", "2048")),
                        Map.of())
                .ready();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void aFileThatHangsHoldsNobodyAndStopsChangesAlone() throws Exception {
        Session session = signIn();
        Session caller = caller(session);
        Files.delete(FILE);
        try (RandomAccessFile fifo = fullFifo()) {
            Client.Request refused = session.client.get("/api/user").bearer("garbage");
            Answer first = atOnce("a refusal", refused::send);
            assertEquals(401, first.status());
            assertEquals(
                    200, atOnce("a refresh within the grace", session::refresh).status());
            assertEquals(200, login().status(), "so is a sign-in");

            Until.holds("the grace is over", () -> login().status() == 503);
            Map<String, Supplier<Answer>> changes = new LinkedHashMap<>();
            changes.put("sign-in", AuditOutageIT::login);
            changes.put("refresh", session.refreshRequest()::send);
            changes.put("sign-out", session.with(session.client.post("/auth/logout"))::send);
            changes.put("the end of all sessions", session.with(session.client.post("/auth/logout-all"))::send);
            changes.put(
                    "an administrator's change",
                    session.with(session.client.request("PUT", "/admin/api/roles/r"))
                            .json("{\"permissions\":[]}")::send);
            changes.forEach((name, change) -> {
                Answer answer = atOnce(name, change);
                assertEquals(503, answer.status(), name);
                assertEquals("store_unavailable", answer.error(), name);
                assertEquals("2", answer.header("Retry-After").orElseThrow(), name);
            });

            Map<String, Supplier<Answer>> admissions = new LinkedHashMap<>();
            admissions.put("a request", session::user);
            admissions.put("forward-auth", session.with(session.client.post("/auth/verify"))::send);
            admissions.put("a list", session.with(session.client.get("/auth/sessions"))::send);
            admissions.put(
                    "the proxy",
                    caller.with(caller.client.post("/api/chat/completions"))
                            .json("{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}")::send);
            admissions.put("the key set", session.client.get("/auth/jwks")::send);
            admissions.forEach((name, admission) ->
                    assertEquals(200, atOnce(name, admission).status(), name));

            JsonObject audit = audit(atOnce("readiness", session.client.get("/health/ready")::send));
            assertEquals("DOWN", audit.getString("status"));
            assertTrue(
                    audit.getJsonObject("data").getString("error").startsWith("auth.audit.file has not taken an entry"),
                    audit.toString());
            String requestId = first.header("X-Request-Id").orElseThrow();
            assertTrue(
                    server.output()
                            .lines()
                            .anyMatch(line -> line.contains("SECURITY_AUDIT: {") && line.contains(requestId)),
                    "the server log has what the file does not take");

            String read = drain(fifo);
            Until.holds("sign-ins are accepted again", () -> login().status() == 200);
            assertEquals(200, session.client.get("/health/ready").send().status());
            read += drain(fifo);
            assertTrue(read.contains(requestId), "nothing is lost");
            assertTrue(read.contains("\"event\":\"AUDIT_GAP\""), "the gap is on record");
            Files.delete(FILE);
        }
        aFileThatIsTakenAwayIsMadeAgain(); // whatever it was
    }

    @Test
    void aFileThatIsTakenAwayIsMadeAgain() throws IOException {
        signIn();
        Path moved = HOME.resolve("audit.1");
        Files.deleteIfExists(moved);
        Files.move(FILE, moved);

        Session session = signIn();

        String entries = Files.readString(FILE);
        assertTrue(entries.contains("\"event\":\"LOGIN_SUCCESS\""), entries);
        assertTrue(entries.contains(session.claims().getString("sid")), entries);
        assertTrue(entries.contains("\"event\":\"AUDIT_REOPENED\""), entries);
        assertFalse(Files.readString(moved).contains(session.claims().getString("sid")));
        assertEquals(200, session.client.get("/health/ready").send().status());
    }

    /** Somebody who may use the proxy. */
    private static Session caller(Session admin) {
        Answer made = admin.with(admin.client.post("/admin/api/users"))
                .json("{\"username\":\"caller\",\"password\":\"" + Session.PASSWORD
                        + "\",\"roles\":[],\"permissions\":[\"chat:write\"]}")
                .send();
        assertEquals(201, made.status(), made.body());
        return Session.of(server, "caller", Session.PASSWORD);
    }

    private static Session signIn() {
        return Session.of(server, "admin", server.firstPassword());
    }

    private static Answer login() {
        return Session.login(new Client(server.port()), "admin", server.firstPassword())
                .send();
    }

    private static <T> T atOnce(String name, Supplier<T> request) {
        long start = System.nanoTime();
        T answer = request.get();
        Duration took = Duration.ofNanos(System.nanoTime() - start);
        assertTrue(took.compareTo(AT_ONCE) < 0, name + " took " + took);
        return answer;
    }

    private static RandomAccessFile fullFifo() throws Exception {
        assertEquals(0, new ProcessBuilder("mkfifo", FILE.toString()).start().waitFor());
        RandomAccessFile fifo = new RandomAccessFile(FILE.toFile(), "rw");
        fifo.write(new byte[PIPE_BYTES]);
        return fifo;
    }

    /** Reads until there has been nothing for a while. */
    private static String drain(RandomAccessFile fifo) throws Exception {
        StringBuilder read = new StringBuilder();
        byte[] buffer = new byte[PIPE_BYTES];
        FileInputStream in =
                new FileInputStream(fifo.getFD()); // only a stream tells what is there; not closed, it is the pipe's
        for (int idle = 0; idle < 5; idle++) {
            if (in.available() > 0) {
                read.append(new String(buffer, 0, in.read(buffer), StandardCharsets.UTF_8));
                idle = 0;
            }
            Thread.sleep(100);
        }
        return read.toString();
    }

    private static JsonObject audit(Answer readiness) {
        assertEquals(503, readiness.status());
        return readiness.json().getJsonArray("checks").getValuesAs(JsonObject.class).stream()
                .filter(check -> check.getString("name").equals("audit"))
                .findFirst()
                .orElseThrow();
    }
}
