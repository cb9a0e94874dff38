package com.amplihack.auth.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.http.Client.Answer;
import com.nimbusds.jwt.JWTClaimsSet;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ApiIT {
    private static final String STRANGERS_HANDLE = "A".repeat(43);

    @Test
    @Tag("fault-3")
    void userEndpointTellsWhoTheCallerIs() {
        Session session = Session.ofNewUser();

        JsonObject user = session.user().json();

        assertEquals(Set.of("user_id", "username", "roles", "permissions", "session_id", "expires_at"), user.keySet());
        assertEquals(session.username, user.getString("username"));
        assertEquals(session.claims().getString("sub"), user.getString("user_id"));
        assertEquals(session.claims().getString("sid"), user.getString("session_id"));
        assertEquals(
                Instant.ofEpochSecond(session.claims().getInt("exp")), Instant.parse(user.getString("expires_at")));
    }

    @Test
    @Tag("fault-39")
    void withoutATokenTheChallengeNamesNoError() {
        for (String value : new String[] {null, "Basic YTpi", "Bearer", "Bearer "}) {
            Client.Request request = new Client().get("/api/user");
            Answer answer = (value == null ? request : request.header("Authorization", value)).send();

            assertEquals(401, answer.status());
            assertEquals("missing_token", answer.error());
            assertEquals(
                    "Missing or invalid authorization header", answer.json().getString("title"));
            assertEquals(List.of("Bearer realm=\"amplihack\""), answer.headers("WWW-Authenticate"));
        }
    }

    @Test
    @Tag("fault-39")
    void theSchemesCaseDoesNotMatter() {
        Session session = Session.ofNewUser();

        Answer answer = session.client
                .get("/api/user")
                .header("Authorization", "bEaReR " + session.accessToken)
                .send();

        assertEquals(200, answer.status());
    }

    /** One space ends the scheme (RFC 9110 section 11.4); whatever blanks follow it belong to nothing. */
    @ParameterizedTest
    @CsvSource({
        "'Bearer %s', 200",
        "'BEARER %s', 200",
        "'Bearer   %s', 200",
        "'Bearer \t%s', 200",
        "'Bearer\t%s', 401",
        "'Bearer%s', 401",
        "'Bearer: %s', 401",
        "'Token %s', 401"
    })
    void theSpellingsOfTheHeaderAreDecided(String spelling, int status) throws IOException {
        Session session = Session.ofNewUser();
        String answer = raw(session, "Authorization: " + spelling.formatted(session.accessToken));
        assertTrue(answer.startsWith("HTTP/1.1 " + status + " "), answer);
        assertEquals(status == 401, answer.contains("\"missing_token\""), answer);
        assertEquals(status == 200 ? 401 : 200, session.bareUser().status(), "a token that nobody saw is not spent");
    }

    private static String raw(Session session, String header) throws IOException {
        try (Socket socket = new Socket(
                InetAddress.getByName("127.0.0.1"),
                SharedServer.get().port(),
                InetAddress.getByName(session.client.address()),
                0)) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream()
                    .write(("GET /api/user HTTP/1.1\r\nHost: localhost\r\nUser-Agent: Test/1.0\r\nConnection: close\r\n"
                                    + header + "\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "GET, /api/user, 200",
        "GET, /api/nowhere, 404",
        "DELETE, /api/user, 405",
        "GET, /auth/sessions, 200",
        "DELETE, /auth/sessions/none, 404",
        "POST, /auth/password, 400",
        "GET, /auth/verify, 200",
        "GET, /auth/verify?role=nobody, 403",
        "GET, /admin/api/users, 403",
        "POST, /api/chat/completions, 403",
        "POST, /auth/logout-all, 200"
    })
    void everyAnswerToAnAdmittedTokenTellsTheQuota(String method, String path, int status) {
        Session session = Session.ofNewUser();
        Answer answer = session.with(session.client.request(method, path)).send();
        assertEquals(status, answer.status(), answer::body);
        assertEquals(List.of("\"api\";q=100;w=60"), answer.headers("RateLimit-Policy"));
        assertEquals(1, answer.headers("RateLimit").size());
        assertTrue(answer.header("RateLimit").orElseThrow().startsWith("\"api\";r=99;t="), answer::toString);
    }

    @Test
    void administratorsAnswersTellTheQuotaToo() {
        Session admin = Session.admin();
        Answer answer = admin.with(admin.client.get("/admin/api/roles")).send();
        assertEquals(200, answer.status());
        assertEquals(List.of("\"api\";q=100;w=60"), answer.headers("RateLimit-Policy"));
        assertTrue(answer.header("RateLimit").isPresent());
    }

    @Test
    void twoAuthorizationHeadersAreRefused() {
        Session session = Session.ofNewUser();

        Answer answer = session.client
                .get("/api/user")
                .bearer(session.accessToken)
                .bearer(session.accessToken)
                .send();

        assertEquals(400, answer.status());
        assertEquals("invalid_request", answer.error());
    }

    @Test
    void theHandleInAHeaderProvesAsTheCookieDoes() {
        Session session = Session.ofNewUser();
        for (int i = 0; i < 3; i++) {
            Answer answer = session.client
                    .get("/api/user")
                    .bearer(session.accessToken)
                    .header("Session-Handle", session.handle)
                    .send();
            assertEquals(200, answer.status());
        }
    }

    @Test
    @Tag("fault-10")
    void anExpiredTokenIsCalledExpired() {
        Session session = Session.ofNewUser();
        String expired = Forger.signedByTheServer(session.accessToken, claims -> claims.issueTime(secondsAgo(1000))
                .notBeforeTime(secondsAgo(1000))
                .expirationTime(secondsAgo(100)));

        Answer answer = session.client.get("/api/user").bearer(expired).send();

        assertEquals("token_expired", answer.error());
        assertEquals("Token has expired", answer.json().getString("title"));
    }

    @Test
    void aForgedTokenIsInvalidAndBurnsNothing() {
        Session session = Session.ofNewUser();
        Map<String, UnaryOperator<JWTClaimsSet.Builder>> changes = Map.of(
                "issuer", claims -> claims.issuer("https://evil.example"),
                "audience", claims -> claims.audience("other-api"),
                "not yet valid", claims -> claims.notBeforeTime(secondsAgo(-600)),
                "issued in the future", claims -> claims.issueTime(secondsAgo(-600)),
                "lives too long", claims -> claims.expirationTime(secondsAgo(-86_400)),
                "no sid", claims -> claims.claim("sid", null),
                "no gen", claims -> claims.claim("gen", null),
                "type", claims -> claims.claim("type", "refresh"),
                "no jti", claims -> claims.jwtID(null));
        changes.forEach((name, change) -> {
            String forged = Forger.signedByTheServer(session.accessToken, change);
            Answer answer = session.client.get("/api/user").bearer(forged).send();
            assertEquals(401, answer.status(), name);
            assertEquals("invalid_token", answer.error(), name);
            assertEquals(
                    "application/problem+json", answer.header("Content-Type").orElse(""), name);
        });
        String strangers = Forger.signedByAStranger(session.accessToken, UnaryOperator.identity());
        assertEquals(
                "invalid_token",
                session.client.get("/api/user").bearer(strangers).send().error());

        assertEquals(200, session.bareUser().status(), "a refused forgery must not burn the genuine jti");
    }

    @Test
    @Tag("fault-40")
    void garbageIsRefusedWithoutTellingWhy() {
        String expected = null;
        for (String garbage : List.of("x", "a.b.c", "..", "{}", "A".repeat(5000), "eyJ4IjoxfQ.e30.AA")) {
            Answer answer = new Client().get("/api/user").bearer(garbage).send();
            assertEquals(401, answer.status(), garbage);
            expected = expected == null ? answer.body() : expected;
            assertEquals(expected, answer.body(), garbage);
        }
    }

    @Test
    @Tag("fault-45")
    void administrationNeedsTheRole() {
        Session session = Session.ofNewUser();

        Answer answer = session.with(session.client.get("/admin/api/users")).send();

        assertEquals(403, answer.status());
        assertEquals("insufficient_permissions", answer.error());
        assertEquals("Insufficient permissions", answer.json().getString("title"));
        assertTrue(answer.header("WWW-Authenticate").orElse("").contains("insufficient_scope"));
    }

    @Test
    @Tag("fault-26")
    void theApiQuotaIsPerSubjectAndNeverCostsAToken() {
        Session session = Session.ofNewUser();
        Session sibling = Session.of(session.username);
        int remaining = 0;
        for (int i = 0; i < 100; i++) {
            Answer answer = session.user();
            assertEquals(200, answer.status());
            assertEquals("\"api\";q=100;w=60", answer.header("RateLimit-Policy").orElseThrow());
            remaining =
                    Integer.parseInt(answer.header("RateLimit").orElseThrow().replaceAll(".*r=(\\d+);.*", "$1"));
        }
        assertEquals(0, remaining);

        Answer limited = sibling.bareUser();
        assertEquals(429, limited.status());
        assertEquals("rate_limited", limited.error());
        assertTrue(Integer.parseInt(limited.header("Retry-After").orElseThrow()) <= 60);
        assertEquals(List.of(), limited.headers("Set-Cookie"));
        assertEquals(200, Session.ofNewUser().user().status(), "another subject has a quota of its own");
    }

    @Test
    void theVersionedPathAnswersTheSame() {
        Session session = Session.ofNewUser();

        Answer answer = session.with(session.client.get("/v1/api/user")).send();

        assertEquals(session.user().body(), answer.body());
    }

    private static Date secondsAgo(int seconds) {
        return Date.from(Instant.now().minusSeconds(seconds));
    }
}
