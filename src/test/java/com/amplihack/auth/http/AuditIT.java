package com.amplihack.auth.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.http.Client.Answer;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("fault-43")
class AuditIT {
    private static final Set<String> MEMBERS = Set.of(
            "timestamp",
            "node",
            "seq",
            "event",
            "severity",
            "user_id",
            "username",
            "actor",
            "session_id",
            "ip_address",
            "user_agent",
            "correlation_id",
            "details",
            "prev",
            "hash");

    @Test
    void aSessionsLifeIsAudited() throws IOException {
        Session session = Session.ofNewUser();
        session.refresh();
        session.with(session.client.post("/auth/logout")).send();

        assertEquals(List.of("LOGIN_SUCCESS", "TOKEN_ISSUED", "TOKEN_REFRESHED", "LOGOUT"), eventsFrom(session.client));
        JsonObject refreshed = entriesFrom(session.client).get(2);
        assertEquals(MEMBERS, refreshed.keySet());
        assertEquals("info", refreshed.getString("severity"));
        assertEquals(session.claims().getString("sub"), refreshed.getString("user_id"));
        assertEquals(session.claims().getString("sid"), refreshed.getString("session_id"));
    }

    @Test
    @Tag("fault-1")
    void attacksAreAuditedWithTheirKind() throws IOException {
        Session session = Session.ofNewUser();
        Client client = session.client;
        session.user();
        session.bareUser();
        client.get("/api/user").bearer("garbage").send();
        client.get("/api/user")
                .bearer(Forger.base64url("{\"alg\":\"none\",\"typ\":\"JWT\"}") + "." + Forger.base64url("{}") + ".")
                .send();
        Client.Request stolen = session.refreshRequest();
        session.refresh();
        Session.graceEnds();
        stolen.send();

        List<JsonObject> entries = entriesFrom(client);
        List<String> events = eventsFrom(client);
        assertEquals(
                List.of(
                        "LOGIN_SUCCESS",
                        "TOKEN_ISSUED",
                        "REPLAY_DETECTED",
                        "TOKEN_INVALID",
                        "ALGORITHM_CONFUSION",
                        "TOKEN_REFRESHED",
                        "REPLAY_DETECTED"),
                events);
        assertEquals("after_proof", entries.get(2).getJsonObject("details").getString("kind"));
        assertEquals("critical", entries.get(2).getString("severity"));
        assertEquals("refresh_reuse", entries.get(6).getJsonObject("details").getString("kind"));
    }

    @Test
    void anExpiredTokenIsAuditedOnce() throws IOException {
        Session session = Session.ofNewUser();
        Instant now = Instant.now();
        String expired = Forger.signedByTheServer(
                session.accessToken, claims -> claims.issueTime(Date.from(now.minusSeconds(1000)))
                        .notBeforeTime(Date.from(now.minusSeconds(1000)))
                        .expirationTime(Date.from(now.minusSeconds(100))));
        assertEquals(
                "token_expired",
                session.client.get("/api/user").bearer(expired).send().error());
        JsonObject told = entriesFrom(session.client).get(2);
        assertEquals("TOKEN_INVALID", told.getString("event"));
        assertEquals("expired", told.getJsonObject("details").getString("reason"));
        assertEquals(session.claims().getString("sub"), told.getString("user_id"));
        assertEquals(3, entriesFrom(session.client).size());
    }

    @Test
    void aPasswordChangeIsNoLoginAndAWrongCurrentOneAFailedOne() throws IOException {
        Session session = Session.ofNewUser();
        for (String current : List.of("not my password at all", Session.PASSWORD)) {
            session.with(session.client.post("/auth/password"))
                    .json("{\"current_password\":\"" + current + "\",\"new_password\":\"a horse of this test alone\"}")
                    .send();
        }

        assertEquals(
                List.of("LOGIN_SUCCESS", "TOKEN_ISSUED", "LOGIN_FAILED", "PASSWORD_CHANGED", "TOKEN_ISSUED"),
                eventsFrom(session.client));
    }

    /** Within the grace a thief's copy is answered like a second tab: at least it is seen. */
    @Test
    void anAnswerSharedBetweenTwoAddressesIsAudited() throws IOException {
        Session session = Session.ofNewUser();
        Client thief = new Client();
        Client.Request stolen = thief.post("/auth/refresh")
                .header("Cookie", "session_id=" + session.handle + "; refresh_token=" + session.refreshToken);
        session.refresh();
        assertEquals(200, stolen.send().status());
        session.refresh();

        JsonObject shared = entriesFrom(thief).get(1);
        assertEquals(List.of("TOKEN_REFRESHED", "BINDING_CHANGED"), eventsFrom(thief));
        assertEquals("warning", shared.getString("severity"));
        assertEquals("shared_answer", shared.getJsonObject("details").getString("kind"));
        assertEquals(session.client.address(), shared.getJsonObject("details").getString("shared_with"));
        assertEquals(
                List.of("LOGIN_SUCCESS", "TOKEN_ISSUED", "TOKEN_REFRESHED", "TOKEN_REFRESHED"),
                eventsFrom(session.client),
                "one client's own retry is nothing to tell");
    }

    @Test
    void aSupersededDuplicateIsAuditedWithoutAlarm() throws IOException {
        Session session = Session.ofNewUser();
        Client.Request duplicate = session.refreshRequest().header("Idempotency-Key", "k1");
        session.take(duplicate.send());
        for (int i = 0; i < 2; i++) {
            Session.graceEnds();
            session.refresh();
        }
        assertEquals("refresh_superseded", duplicate.send().error());

        List<JsonObject> entries = entriesFrom(session.client);
        JsonObject last = entries.get(entries.size() - 1);
        assertEquals("TOKEN_INVALID", last.getString("event"));
        assertEquals("info", last.getString("severity"));
        assertEquals("refresh_superseded", last.getJsonObject("details").getString("reason"));
    }

    @Test
    void theNameOfAnUnknownAccountIsNotReadable() throws IOException {
        Client client = new Client();
        String typedIntoTheWrongField = "my-password-" + UUID.randomUUID();

        Session.login(client, typedIntoTheWrongField, Session.PASSWORD).send();

        assertEquals(List.of("LOGIN_FAILED"), eventsFrom(client));
        assertFalse(SharedServer.get().auditFile().contains(typedIntoTheWrongField));
    }

    @Test
    void correlationIdLeadsFromTheAnswerToTheEntry() throws IOException {
        Client client = new Client();

        Answer answer = Session.login(client, "nobody", Session.PASSWORD).send();

        assertEquals(
                answer.header("X-Request-Id").orElseThrow(),
                entriesFrom(client).get(0).getString("correlation_id"));
    }

    @Test
    void nothingSecretIsEverWritten() throws IOException {
        Session session = Session.ofNewUser();
        session.user();
        session.bareUser();
        session.refresh();
        String audit = SharedServer.get().auditFile();
        String log = SharedServer.get().output();

        for (String secret : List.of(
                session.accessToken, session.refreshToken, session.handle, Session.PASSWORD, "BEGIN PRIVATE KEY")) {
            assertFalse(audit.contains(secret), "the audit file holds a secret");
            assertFalse(log.contains(secret), "the log holds a secret");
        }
        assertTrue(log.contains("SECURITY_AUDIT: {"), "the server log has the events too");
    }

    @Test
    void aBadTokenCostsOneShortLine() throws IOException {
        Session session = Session.ofNewUser();
        Client client = new Client();
        String genuine = session.accessToken;
        List<String> bad = List.of(
                "x",
                "a.b.c",
                "a".repeat(8000),
                genuine + "A",
                genuine.substring(0, genuine.length() - 8) + "AAAAAAAA",
                Forger.base64url("{\"alg\":\"RS256\",\"typ\":\"JWT\",\"kid\":\"" + "k".repeat(900) + "\"}")
                        + ".e30.AAAA");
        for (String token : bad) {
            int before = SharedServer.get().output().length();
            assertEquals(401, client.get("/api/user").bearer(token).send().status());
            List<String> lines = SharedServer.get()
                    .output()
                    .substring(before)
                    .lines()
                    .filter(line -> !line.isBlank())
                    .toList();
            assertEquals(1, lines.size(), () -> lines.size() + " lines: " + lines.get(0));
            assertTrue(lines.get(0).length() < 700, lines.get(0));
        }
    }

    private static List<String> eventsFrom(Client client) throws IOException {
        return entriesFrom(client).stream()
                .map(entry -> entry.getString("event"))
                .toList();
    }

    private static List<JsonObject> entriesFrom(Client client) throws IOException {
        return SharedServer.get()
                .auditFile()
                .lines()
                .filter(line -> line.contains("\"ip_address\":\"" + client.address() + "\""))
                .map(line -> new Answer(200, List.of(), line).json())
                .toList();
    }
}
