package com.amplihack.auth.http;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.http.Client.Answer;
import com.amplihack.auth.http.TestUpstream.Received;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code /api/**} in front of a real server, over real connections. */
class ProxyIT extends ProxyFixture {
    private static final int LARGEST = 1_048_576;

    @Test
    void requestAndAnswerCrossWhole() {
        answer(TestUpstream.answer(
                "201 Created", "Content-Type: application/json\r\nX-Model: m\r\n", "{\"ok\":\"ä\"}"));
        Session session = Session.withPermission("chat:write");
        String body = "{\"text\":\"" + "ä".repeat(100_000) + "\"}";
        Answer answer = request(session, "POST", CHAT + "?a=b%20c&d").json(body).send();
        assertEquals(201, answer.status(), answer::body);
        assertEquals("{\"ok\":\"ä\"}", answer.body());
        assertEquals("application/json", answer.header("Content-Type").orElseThrow());
        assertEquals("m", answer.header("X-Model").orElseThrow());
        assertTrue(answer.header("RateLimit").isPresent());
        assertTrue(answer.header("RateLimit-Policy").isPresent());
        Received request = received();
        assertEquals("POST /v1/chat/completions?a=b%20c&d HTTP/1.1", request.line());
        assertEquals(List.of("application/json"), request.header("Content-Type"));
        assertArrayEquals(body.getBytes(StandardCharsets.UTF_8), request.body());
    }

    @Test
    void versionedPathsAreTheSame() {
        answer(TestUpstream.answer("200 OK", "", "fine"));
        Session session = Session.withPermission("chat:write");
        assertEquals(
                "fine", request(session, "POST", "/v1" + CHAT).json("{}").send().body());
        assertEquals("POST /v1/chat/completions HTTP/1.1", received().line());
    }

    @Test
    void withoutThePermissionNothingIsForwarded() {
        answer(TestUpstream.answer("200 OK", "", "fine"));
        Session session = Session.withPermission("model:read");
        Answer refused = request(session, "POST", CHAT).json("{}").send();
        assertEquals(403, refused.status());
        assertEquals("insufficient_permissions", refused.error());
        assertEquals(
                "Bearer realm=\"amplihack\", error=\"insufficient_scope\"",
                refused.header("WWW-Authenticate").orElseThrow());
        assertTrue(received.isEmpty());
        assertEquals(200, request(session, "GET", "/api/models/gpt-4").send().status());
        assertEquals("GET /v1/models/gpt-4 HTTP/1.1", received().line());
    }

    @Test
    void withoutATokenNothingIsForwarded() {
        answer(TestUpstream.answer("200 OK", "", "fine"));
        Answer refused =
                new Client().post(CHAT).header("X-Script", script).json("{}").send();
        assertEquals("missing_token", refused.error());
        assertTrue(received.isEmpty());
    }

    @Test
    void whatIsNotProxiedStaysUnknown() {
        Session session = Session.withPermission("chat:write");
        assertEquals(404, request(session, "GET", "/api/elsewhere").send().status());
        assertEquals(404, request(session, "POST", CHAT + "/more").send().status());
        Answer method = request(session, "GET", CHAT).send();
        assertEquals(405, method.status());
        assertEquals("POST", method.header("Allow").orElseThrow());
        assertEquals(session.username, session.user().json().getString("username"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/api/raw/%2e%2e/secret",
                "/api/raw/..%2fsecret",
                "/api/raw/a%5cb",
                "/api/raw/%252e%252e/secret",
                "/api/raw/a//b",
                "/api/raw/./a",
                "/api//raw/a",
                "/api/models/../raw/a",
                "/%61pi/raw/a",
                "/api/raw/a%00",
                "/api/raw/a;b=c"
            })
    void aPathThatTheUpstreamMightReadOtherwiseIsNotForwarded(String path) throws Exception {
        answer(TestUpstream.answer("200 OK", "", "fine"));
        Session session = Session.withPermission("chat:write");
        String answer = raw(session, "GET " + path + " HTTP/1.1\r\n" + head(session) + "Connection: close\r\n\r\n");
        assertTrue(answer.startsWith("HTTP/1.1 400 ") || answer.startsWith("HTTP/1.1 404 "), answer);
        assertTrue(received.isEmpty());
    }

    @Test
    void encodedCharactersOfASegmentCrossAsTheyAre() {
        answer(TestUpstream.answer("200 OK", "", "fine"));
        Session session = Session.withPermission("chat:write");
        assertEquals(
                200, request(session, "GET", "/api/raw/a%20b%C3%A4:c@d").send().status());
        assertEquals("GET /v1/raw/a%20b%C3%A4:c@d HTTP/1.1", received().line());
    }

    @Test
    void credentialsStayHereAndTheUpstreamLearnsWhoAsks() throws Exception {
        answer(TestUpstream.answer("200 OK", "", "fine"));
        Session session = Session.withPermission("chat:write");
        raw(
                session,
                "GET /api/raw/a HTTP/1.1\r\n" + head(session)
                        + "Cookie: refresh_token=r; theme=dark; __Host-session_id=x; device=d; __Secure-device=e\r\n"
                        + "Forwarded: for=1.2.3.4\r\nX-Forwarded-For: 1.2.3.4\r\nX-Real-IP: 1.2.3.4\r\n"
                        + "X-Auth-Subject: root\r\nx_auth_roles: admin\r\nX-AUTH-Other: yes\r\n"
                        + "Connection: close, X-Hop\r\nX-Hop: secret\r\nKeep-Alive: 5\r\nTE: trailers\r\nUpgrade: h2c\r\n"
                        + "Proxy-Authorization: Basic YTpi\r\nAccept-Language: de\r\n"
                        + "X-Request-Id: the-clients-own-id\r\n\r\n");
        Received request = received();
        assertEquals(List.of(TestUpstream.AUTHORIZATION), request.header("Authorization"));
        assertEquals(List.of("theme=dark"), request.header("Cookie"));
        assertEquals(List.of("de"), request.header("Accept-Language"));
        assertEquals(List.of(session.claims().getString("sub")), request.header("X-Auth-Subject"));
        assertEquals(List.of(session.username), request.header("X-Auth-Username"));
        assertEquals(List.of("user"), request.header("X-Auth-Roles"));
        assertEquals(List.of("chat:write"), request.header("X-Auth-Permissions"));
        assertEquals(List.of("the-clients-own-id"), request.header("X-Request-Id"));
        assertEquals(List.of("1.1 amplihack-auth"), request.header("Via"));
        assertTrue(request.header("Forwarded")
                .get(0)
                .matches("for=127\\.1\\.\\d+\\.\\d+;host=\"localhost:\\d+\";proto=http"));
        for (String gone : List.of(
                "Session-Handle",
                "X-Forwarded-For",
                "X-Real-IP",
                "x_auth_roles",
                "X-AUTH-Other",
                "X-Hop",
                "Keep-Alive",
                "TE",
                "Upgrade",
                "Proxy-Authorization")) {
            assertEquals(List.of(), request.header(gone), gone);
        }
    }

    @Test
    void aBodyCrossesThoughItsClientOffersAnUpgrade() throws Exception {
        answer(TestUpstream.answer("200 OK", "", "fine"));
        Session session = Session.withPermission("chat:write");
        String answer = raw(
                session,
                post(session, "{}")
                        .replace("Connection: close\r\n", "Connection: close, Upgrade\r\nUpgrade: websocket\r\n"));
        assertTrue(answer.startsWith("HTTP/1.1 200 "), answer);
        Received request = received();
        assertEquals("{}", new String(request.body(), StandardCharsets.UTF_8));
        assertEquals(List.of(), request.header("Upgrade"));
    }

    @Test
    void theUpstreamCannotSpeakForOurOrigin() {
        answer(TestUpstream.answer(
                "200 OK",
                "Set-Cookie: session_id=evil; Path=/\r\nSet-Cookie: __Host-session_id=evil\r\nSet-Cookie: theme=dark\r\n"
                        + "Server: Secret/1.0\r\nAccess-Control-Allow-Origin: *\r\nClear-Site-Data: \"cookies\"\r\n"
                        + "Content-Security-Policy: default-src *\r\nCache-Control: public, max-age=60\r\n"
                        + "RateLimit: \"x\";r=1\r\nConnection: X-Hop\r\nX-Hop: 1\r\nX-Kept: 1\r\nX-Request-Id: theirs\r\n",
                "fine"));
        Session session = Session.withPermission("chat:write");
        Answer answer = request(session, "GET", "/api/raw/a").send();
        assertEquals(List.of("theme=dark"), answer.headers("Set-Cookie"));
        assertEquals(List.of("1"), answer.headers("X-Kept"));
        assertEquals(List.of("no-store"), answer.headers("Cache-Control"));
        assertFalse(answer.headers("Server").contains("Secret/1.0"));
        assertEquals(1, answer.headers("RateLimit").size());
        assertFalse(answer.header("RateLimit").orElseThrow().contains("\"x\""));
        assertFalse(answer.headers("Content-Security-Policy").contains("default-src *"));
        assertFalse(answer.headers("X-Request-Id").contains("theirs"));
        for (String gone : List.of("Access-Control-Allow-Origin", "Clear-Site-Data", "X-Hop")) {
            assertEquals(List.of(), answer.headers(gone), gone);
        }
    }

    @ParameterizedTest
    @CsvSource({"401 Unauthorized", "403 Forbidden"})
    void theUpstreamsRefusalIsNotTheClients(String status) {
        answer(TestUpstream.answer(status, "WWW-Authenticate: Basic\r\n", "go away"));
        Answer answer = request(Session.withPermission("chat:write"), "POST", CHAT)
                .json("{}")
                .send();
        assertEquals(502, answer.status());
        assertEquals("upstream_refused_us", answer.error());
        assertEquals(List.of(), answer.headers("WWW-Authenticate"));
    }

    @ParameterizedTest
    @CsvSource({"429 Too Many Requests", "500 Oops", "302 Found", "404 Not Found"})
    void otherAnswersAreTheUpstreamsOwn(String status) {
        answer(TestUpstream.answer(status, "Retry-After: 7\r\nLocation: https://elsewhere.example/\r\n", "its words"));
        Answer answer = request(Session.withPermission("chat:write"), "POST", CHAT)
                .json("{}")
                .send();
        assertEquals(Integer.parseInt(status.substring(0, 3)), answer.status());
        assertEquals("its words", answer.body());
        assertEquals("7", answer.header("Retry-After").orElseThrow());
    }

    @Test
    void silenceIsATimeout() throws Exception {
        CountDownLatch closed = new CountDownLatch(1);
        upstream.script(script, (request, in, out) -> {
            TestUpstream.awaitEnd(in);
            closed.countDown();
        });
        Answer answer = request(Session.withPermission("chat:write"), "POST", CHAT)
                .json("{}")
                .send();
        assertEquals(504, answer.status());
        assertEquals("upstream_timeout", answer.error());
        assertTrue(closed.await(10, TimeUnit.SECONDS), "the upstream request goes on");
    }

    @Test
    void aConnectionThatIsClosedWithoutAnAnswerIsUnreachable() {
        upstream.script(script, (request, in, out) -> {});
        Answer answer = request(Session.withPermission("chat:write"), "POST", CHAT)
                .json("{}")
                .send();
        assertEquals(502, answer.status());
        assertEquals("upstream_unreachable", answer.error());
    }

    @Test
    void aBodyOverTheBoundIsRefusedByItsLength() {
        Answer answer = send(new byte[LARGEST + 1]);
        assertEquals(413, answer.status());
        assertEquals("too_large", answer.error());
        assertTrue(received.isEmpty());
    }

    @Test
    void aBodyAtTheBoundPasses() {
        assertEquals(200, send(new byte[LARGEST]).status());
        assertEquals(LARGEST, received().body().length);
    }

    private Answer send(byte[] body) {
        answer(TestUpstream.answer("200 OK", "", "fine"));
        return request(Session.withPermission("chat:write"), "POST", CHAT)
                .body("application/json", body)
                .send();
    }

    @Test
    void aHeaderThatCannotBeSentOnIsTheClientsFault() throws Exception {
        answer(TestUpstream.answer("200 OK", "", "fine"));
        Session session = Session.withPermission("chat:write");
        String answer =
                raw(session, "GET /api/raw/a HTTP/1.1\r\n" + head(session) + "X(Odd): 1\r\nConnection: close\r\n\r\n");
        assertTrue(answer.startsWith("HTTP/1.1 400 "), answer);
        assertTrue(received.isEmpty());
    }

    @Test
    void outcomesAreCountedAndARefusalIsAudited() throws IOException {
        answer(TestUpstream.answer("200 OK", "", "fine"));
        Session session = Session.withPermission("chat:write");
        double answered = counted("answered");
        double denied = counted("insufficient_permissions");
        double tooLarge = counted("too_large");
        double refusedUs = counted("upstream_refused_us");
        double timed = metric("jwt_proxy_upstream_seconds_count{");
        assertEquals(200, request(session, "POST", CHAT).json("{}").send().status());
        assertEquals(403, request(session, "GET", "/api/models/a").send().status());
        assertEquals(
                413,
                request(session, "POST", CHAT)
                        .body("application/json", new byte[LARGEST + 1])
                        .send()
                        .status());
        assertEquals(1, metric("jwt_proxy_upstream_seconds_count{") - timed, "what was not sent is not timed");
        answer(TestUpstream.answer("401 Unauthorized", "", ""));
        assertEquals(502, request(session, "POST", CHAT).json("{}").send().status());
        assertEquals(1, counted("answered") - answered);
        assertEquals(1, counted("insufficient_permissions") - denied);
        assertEquals(1, counted("too_large") - tooLarge);
        assertEquals(1, counted("upstream_refused_us") - refusedUs);
        assertEquals(2, metric("jwt_proxy_upstream_seconds_count{") - timed);
        String subject = session.claims().getString("sub");
        assertTrue(SharedServer.get()
                .auditFile()
                .lines()
                .anyMatch(line ->
                        line.contains("\"ACCESS_DENIED\"") && line.contains(subject) && line.contains("model:read")));
    }

    private static double counted(String outcome) {
        return metric("jwt_proxy_requests_total{mp_scope=\"application\",outcome=\"" + outcome + "\"}");
    }

    private static double metric(String start) {
        return new Client()
                .get("/metrics")
                .send()
                .body()
                .lines()
                .filter(line -> line.startsWith(start))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
                .sum();
    }

    @Test
    void aBodyWithoutALengthIsCutAtTheBound() throws Exception {
        answer(TestUpstream.answer("200 OK", "", "fine"));
        Session session = Session.withPermission("chat:write");
        try (Socket socket = connect(session)) {
            send(
                    socket,
                    "POST " + CHAT + " HTTP/1.1\r\n" + head(session)
                            + "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n");
            byte[] piece = TestUpstream.chunk("x".repeat(65_536));
            try {
                for (int i = 0; i < 64; i++) {
                    socket.getOutputStream().write(piece);
                }
            } catch (IOException closed) {
                // the answer is there before we are done
            }
            assertTrue(line(socket).startsWith("HTTP/1.1 413 "));
        }
        assertTrue(received.isEmpty());
    }

    @Test
    void aBodyWithoutALengthPassesBelowTheBound() throws Exception {
        answer(TestUpstream.answer("200 OK", "", "fine"));
        Session session = Session.withPermission("chat:write");
        String answer = raw(
                session,
                "POST " + CHAT + " HTTP/1.1\r\n" + head(session)
                        + "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
                        + "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
        assertTrue(answer.startsWith("HTTP/1.1 200 "), answer);
        assertEquals("abcde", new String(received().body(), StandardCharsets.UTF_8));
    }

    @Test
    void eventsArriveOneByOne() throws Exception {
        CountDownLatch firstSeen = new CountDownLatch(1);
        upstream.script(script, (request, in, out) -> {
            out.write(streamHead());
            out.write(TestUpstream.chunk("data: 1\n\n"));
            out.flush();
            assertTrue(firstSeen.await(10, TimeUnit.SECONDS), "the first event is held back");
            out.write(TestUpstream.chunk("data: 2\n\n"));
            out.write(TestUpstream.chunk(""));
        });
        Session session = Session.withPermission("chat:write");
        try (Socket socket = connect(session)) {
            send(socket, post(session, "{}"));
            BufferedReader reader = reader(socket);
            skipTo(reader, "data: 1");
            firstSeen.countDown();
            skipTo(reader, "data: 2");
            skipTo(reader, "0"); // the last chunk: the stream is whole
        }
    }

    @Test
    void theHeadOfAStreamArrivesBeforeItsFirstEvent() throws Exception {
        CountDownLatch headSeen = new CountDownLatch(1);
        upstream.script(script, (request, in, out) -> {
            out.write(streamHead());
            out.flush();
            assertTrue(headSeen.await(10, TimeUnit.SECONDS), "the head is held back");
            out.write(TestUpstream.chunk("data: 1\n\n"));
            out.write(TestUpstream.chunk(""));
        });
        Session session = Session.withPermission("chat:write");
        try (Socket socket = connect(session)) {
            send(socket, post(session, "{}"));
            BufferedReader reader = reader(socket);
            String head = reader.lines().takeWhile(line -> !line.isEmpty()).collect(Collectors.joining("\n"));
            headSeen.countDown();
            assertTrue(head.contains("\nRateLimit: \"api\";r=99;"), head);
            assertTrue(head.contains("\nRateLimit-Policy: \"api\";q=100;w=60"), head);
            skipTo(reader, "data: 1");
        }
    }

    @Test
    void anAnswerThatBreaksOffIsSeenToBreakOff() throws Exception {
        CountDownLatch seen = new CountDownLatch(1);
        upstream.script(script, (request, in, out) -> {
            out.write(streamHead());
            out.write(TestUpstream.chunk("data: 1\n\n"));
            out.flush();
            seen.await(); // the client may lose what comes together with the break
        });
        Session session = Session.withPermission("chat:write");
        assertBrokenOffAfter("data: 1", session, post(session, "{}"), seen);
    }

    @Test
    void anAnswerShorterThanItsLengthIsSeenToBreakOff() {
        upstream.script(
                script,
                (request, in, out) -> out.write(
                        "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf".getBytes(StandardCharsets.UTF_8)));
        Client.Request request =
                request(Session.withPermission("chat:write"), "POST", CHAT).json("{}");
        assertThrows(RuntimeException.class, request::send);
    }

    @Test
    void aStreamThatFallsSilentIsSeenToBreakOff() throws Exception {
        upstream.script(script, (request, in, out) -> {
            out.write(streamHead());
            out.write(TestUpstream.chunk("data: 1\n\n"));
            out.flush();
            TestUpstream.awaitEnd(in);
        });
        Session session = Session.withPermission("chat:write");
        String answer = raw(session, post(session, "{}"));
        assertTrue(answer.contains("data: 1"), answer);
        assertFalse(answer.endsWith("0\r\n\r\n"), answer);
    }

    @Test
    void aClientThatGoesEndsTheUpstreamRequest() throws Exception {
        CountDownLatch ended = new CountDownLatch(1);
        upstream.script(script, (request, in, out) -> {
            out.write(streamHead());
            try {
                for (int i = 0; i < 200; i++) {
                    out.write(TestUpstream.chunk("data: " + i + "\n\n"));
                    out.flush();
                    Thread.sleep(50);
                }
            } catch (IOException gone) {
                ended.countDown();
            }
        });
        Session session = Session.withPermission("chat:write");
        try (Socket socket = connect(session)) {
            send(socket, post(session, "{}"));
            skipTo(reader(socket), "data: 1");
        }
        assertTrue(ended.await(8, TimeUnit.SECONDS), "the upstream goes on for nobody");
    }

    @Test
    void aClientThatDoesNotReadSlowsTheUpstreamDown() throws Exception {
        CountDownLatch blocked = new CountDownLatch(1);
        AtomicLong written = new AtomicLong();
        upstream.script(script, (request, in, out) -> {
            out.write(streamHead());
            byte[] piece = TestUpstream.chunk("x".repeat(65_536));
            for (int i = 0; i < 4_096; i++) { // 256 MiB
                out.write(piece);
                written.addAndGet(piece.length);
            }
            blocked.countDown();
        });
        Session session = Session.withPermission("chat:write");
        try (Socket socket = connect(session)) {
            send(socket, post(session, "{}"));
            assertFalse(blocked.await(1, TimeUnit.SECONDS), "nobody reads, and all was taken");
            assertTrue(written.get() < 64 << 20, () -> written + " bytes are kept somewhere");
        }
    }

    @Test
    void headHasNoBody() {
        upstream.script(script, (request, in, out) -> {
            received.add(request);
            out.write("HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n".getBytes(StandardCharsets.UTF_8));
        });
        Answer answer = request(Session.withPermission("chat:write"), "HEAD", "/api/raw/a")
                .send();
        assertEquals(200, answer.status());
        assertEquals("12", answer.header("Content-Length").orElseThrow());
        assertEquals("", answer.body());
    }
}
