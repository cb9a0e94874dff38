package com.amplihack.auth.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.http.Client.Answer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code /auth/verify}: the gate's word on requests that a reverse proxy asks about. */
class VerifyIT {
    private static final String VERIFY = "/auth/verify";

    @ParameterizedTest
    @CsvSource({
        "GET, /auth/verify",
        "HEAD, /auth/verify/",
        "POST, /auth/verify/api/orders",
        "DELETE, /auth/verify/a/b;c=d",
        "PROPFIND, /auth/verify/any",
        "OPTIONS, /v1/auth/verify",
        "PUT, /v1/auth/verify/x"
    })
    void anAdmittedRequestIsToldOfWithAnyMethod(String method, String path) {
        Session session = Session.withPermission("chat:write", "model:read");
        Answer answer = session.with(session.client.request(method, path)).send();
        assertEquals(200, answer.status(), answer::body);
        assertEquals("", answer.body());
        assertEquals(
                session.claims().getString("sub"),
                answer.header("X-Auth-Subject").orElseThrow());
        assertEquals(session.username, answer.header("X-Auth-Username").orElseThrow());
        assertEquals("user", answer.header("X-Auth-Roles").orElseThrow());
        assertEquals(
                "chat:write,model:read", answer.header("X-Auth-Permissions").orElseThrow());
        assertEquals(
                session.claims().getString("sid"),
                answer.header("X-Auth-Session").orElseThrow());
        assertEquals("no-store", answer.header("Cache-Control").orElseThrow());
        assertTrue(answer.header("RateLimit").isPresent());
        assertTrue(answer.headers("Set-Cookie").isEmpty(), "it never rotates");
    }

    @Test
    void theBodyIsIgnored() {
        Session session = Session.ofNewUser();
        Answer answer = session.with(session.client.post(VERIFY))
                .body("application/x-www-form-urlencoded", "permission=nobody:has".getBytes(StandardCharsets.UTF_8))
                .send();
        assertEquals(200, answer.status(), answer::body);
    }

    @Test
    void aRequestFromAnotherSitesPageIsTheOtherApplicationsAffair() {
        Session session = Session.ofNewUser();
        Answer answer = session.with(session.client.post(VERIFY + "/orders"))
                .header("Origin", "https://app.example")
                .header("Sec-Fetch-Site", "cross-site")
                .send();
        assertEquals(200, answer.status(), answer::body);
    }

    @Test
    void aPreflightIsNotLetThroughWithoutAToken() {
        Answer answer = new Client()
                .request("OPTIONS", VERIFY + "/orders")
                .header("Origin", SharedServer.CORS_ORIGIN)
                .header("Access-Control-Request-Method", "POST")
                .send();
        assertEquals(401, answer.status());
    }

    @ParameterizedTest
    @ValueSource(strings = {VERIFY, VERIFY + "/x", "/v1/auth/verify"})
    void withoutATokenTheAnswerIsThatOfTheGate(String path) {
        Answer answer = new Client().get(path).send();
        assertEquals(401, answer.status());
        assertEquals("missing_token", answer.error());
        assertEquals(
                "Bearer realm=\"amplihack\"", answer.header("WWW-Authenticate").orElseThrow());
        assertTrue(answer.header("X-Auth-Subject").isEmpty());
    }

    @Test
    void aBareTokenIsGoodOnce() {
        Session session = Session.ofNewUser();
        assertEquals(
                200,
                session.client.get(VERIFY).bearer(session.accessToken).send().status());
        Answer replayed = session.client.get(VERIFY).bearer(session.accessToken).send();
        assertEquals("token_replayed", replayed.error());
    }

    @Test
    void anEndedSessionIsRefused() {
        Session session = Session.ofNewUser();
        assertEquals(200, session.with(session.client.get(VERIFY)).send().status());
        session.with(session.client.post("/auth/logout")).send();
        assertEquals(
                "token_revoked", session.with(session.client.get(VERIFY)).send().error());
    }

    @ParameterizedTest
    @CsvSource({
        "'', 200",
        "?permission=chat:write, 200",
        "?permission=chat%3Awrite&role=user, 200",
        "?x=y&permission=chat:write, 200",
        "?permission=model:read, 403",
        "?permission=chat:write&permission=model:read, 403",
        "?role=admin, 403",
        "?permission=chat:write&role=admin, 403",
        "?permission=chat:writ, 403",
        "?permission=CHAT:WRITE, 403",
        "?permission=, 400",
        "?role, 400",
    })
    void permissionsAndRolesOfTheQueryMustAllBeThere(String query, int status) {
        Session session = Session.withPermission("chat:write");
        Answer answer = session.with(session.client.get(VERIFY + query)).send();
        assertEquals(status, answer.status(), answer::body);
        assertEquals(status == 200, answer.header("X-Auth-Subject").isPresent());
        if (status == 403) {
            assertEquals("insufficient_permissions", answer.error());
        }
    }

    /** Envoy appends the path of the original request, which its client chose. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "/auth/verify/../jwks",
                "/auth/verify/%2e%2e/jwks",
                "/auth/verify/..;/jwks",
                "/auth/verify/x/../../jwks",
                "/auth/verify/../../",
                "/auth/verify/..%2fjwks",
                "/v1/auth/verify/../jwks",
                "/auth/verify/../../.well-known/jwks.json",
                "/auth/verify/../../health/live",
                "/auth/./verify",
                "/auth/verify;x=y",
                "/auth/verify/..",
                "/auth/verify/.",
                "/auth/verify/x/..",
                "/auth/verify/%2e%2E",
                "/auth/verify/x%zz",
                "/auth/verify/%",
                "/auth/verify/%2",
                "/auth/verify/x%zz?permission=chat:write",
                "/auth/verify/%u0041",
                "/auth/verify%",
                "/v1/auth/verify/%",
                "/%61uth/verify/%",
                "/%zz",
                "/.",
                "http://localhost/auth/verify/%",
                "http:///auth/verify"
            })
    void aPathThatLeadsElsewhereLetsNobodyThrough(String path) throws IOException {
        String answer = raw("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        assertTrue(answer.startsWith("HTTP/1.1 400 ") || answer.startsWith("HTTP/1.1 401 "), answer);
    }

    /** HTTP/2 has another decoder, in front of the same container. */
    @Test
    void noBrokenEscapeLetsAnybodyThroughInHttp2() throws Exception {
        HttpClient http2 =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_2).build();
        String base = "http://localhost:" + SharedServer.get().port();
        HttpResponse<String> upgraded =
                http2.send(HttpRequest.newBuilder(URI.create(base + VERIFY)).build(), BodyHandlers.ofString());
        assertEquals(401, upgraded.statusCode());
        assertEquals(HttpClient.Version.HTTP_2, upgraded.version());
        for (String path : List.of("/x/.", "/x/..")) {
            HttpResponse<String> answer = http2.send(
                    HttpRequest.newBuilder(URI.create(base + VERIFY + path)).build(), BodyHandlers.ofString());
            assertEquals(HttpClient.Version.HTTP_2, answer.version());
            assertEquals(400, answer.statusCode(), path);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PROPFIND"})
    void noMethodGetsABrokenEscapeThrough(String method) throws IOException {
        String answer = raw(method + " /auth/verify/%zz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        assertTrue(answer.matches("(?s)HTTP/1\\.1 (400|405) .*"), answer);
    }

    private static String raw(String request) throws IOException {
        try (Socket socket =
                new Socket(InetAddress.getLoopbackAddress(), SharedServer.get().port())) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        }
    }
}
