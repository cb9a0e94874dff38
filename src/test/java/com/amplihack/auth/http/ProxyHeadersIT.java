package com.amplihack.auth.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.http.Client.Answer;
import com.amplihack.auth.http.TestUpstream.Received;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Headers that would mislead the upstream, or tell the client of the upstream's own addresses, do not cross. */
class ProxyHeadersIT extends ProxyFixture {
    @Test
    void whatRewritesOrOverridesARequestStaysHere() throws Exception {
        answer(TestUpstream.answer("200 OK", "", "fine"));
        Session session = Session.withPermission("chat:write");
        List<String> names = List.of(
                "X-Original-URL",
                "X-Original-Host",
                "X-Rewrite-URL",
                "X-HTTP-Method",
                "X-HTTP-Method-Override",
                "X-Method-Override",
                "X-Host",
                "X-Real-IP",
                "X-Client-IP",
                "X-Cluster-Client-IP",
                "True-Client-IP",
                "CF-Connecting-IP",
                "X-Forwarded",
                "X-Forwarded-For",
                "X-Forwarded-Host",
                "X-Forwarded-Proto",
                "X-Forwarded-Prefix",
                "X-FORWARDED-PORT",
                "x_forwarded_for",
                "X_Forwarded-Host",
                "X.Forwarded.For",
                "x_original_url",
                "x_http_method_override",
                "Proxy",
                "Remote-User",
                "X-Remote-User",
                "X-Auth-Subject",
                "X_AUTH_SUBJECT",
                "X.Auth.Roles",
                "X-Auth-Email",
                "X-Api-Key",
                "x_api_key",
                "Api-Key",
                "X-Goog-Api-Key");
        StringBuilder headers = new StringBuilder();
        names.forEach(name -> headers.append(name).append(": evil\r\n"));
        String answer = raw(
                session,
                "GET /api/raw/a HTTP/1.1\r\n" + head(session) + headers + "X-Kept: evil\r\nConnection: close\r\n\r\n");
        assertTrue(answer.startsWith("HTTP/1.1 200 "), answer);
        Received request = received();
        assertEquals(List.of("evil"), request.header("X-Kept"));
        assertEquals(
                List.of("x-kept: evil"),
                request.headers().stream()
                        .map(header -> header.toLowerCase(Locale.ROOT))
                        .filter(header -> header.endsWith("evil"))
                        .toList());
    }

    @Test
    void aHostWithAnUnderscoreIsForwarded() throws Exception {
        answer(TestUpstream.answer("200 OK", "", "fine"));
        Session session = Session.withPermission("chat:write");
        raw(
                session,
                "GET /api/raw/a HTTP/1.1\r\n" + head(session).replaceFirst("Host: [^\r]*", "Host: my_host:8080")
                        + "Connection: close\r\n\r\n");
        String forwarded = received().header("Forwarded").get(0);
        assertTrue(forwarded.contains(";host=\"my_host:8080\";"), forwarded);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://127.0.0.1:PORT/v1/files/1",
                "//127.0.0.1:PORT/v1/files/1",
                "http://user:secret@127.0.0.1:PORT/v1/files/1",
                "/v1/files/1"
            })
    void theUpstreamsOwnAddressIsMappedBelowOurPath(String location) {
        answer(TestUpstream.answer(
                "201 Created",
                headers(
                        "Location: L\r\nContent-Location: L\r\nLink: <L>; rel=\"next\", <https://other.example/a>\r\n",
                        location),
                ""));
        Answer answer = request(Session.withPermission("chat:write"), "GET", "/api/raw/a")
                .send();
        assertEquals(201, answer.status());
        assertEquals("/api/files/1", answer.header("Location").orElseThrow());
        assertEquals("/api/files/1", answer.header("Content-Location").orElseThrow());
        assertEquals(
                "</api/files/1>; rel=\"next\", <https://other.example/a>",
                answer.header("Link").orElseThrow());
        assertNothingDisclosed(answer);
    }

    @Test
    void aVersionedPathStaysVersioned() {
        answer(TestUpstream.answer(
                "302 Found", headers("Location: L\r\n", "http://127.0.0.1:PORT/v1/a?b=c%20d#e"), ""));
        Answer answer = request(Session.withPermission("chat:write"), "GET", "/v1/api/raw/a")
                .send();
        assertEquals("/v1/api/a?b=c%20d#e", answer.header("Location").orElseThrow());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://127.0.0.1:PORT/internal",
                "http://127.0.0.1:PORT/v1/../internal",
                "http://10.1.2.3:8000/v1/files/1",
                "/auth/logout",
                "http://127.0.0.1:PORT/v1/a b"
            })
    void anAddressThatCannotBeMappedIsLeftOut(String location) {
        answer(TestUpstream.answer(
                "201 Created",
                headers(
                        "Location: L\r\nContent-Location: L\r\nLink: <L>; rel=\"next\"\r\nRefresh: 5; url=L\r\n",
                        location),
                ""));
        Answer answer = request(Session.withPermission("chat:write"), "GET", "/api/raw/a")
                .send();
        assertEquals(201, answer.status());
        for (String name : List.of("Location", "Content-Location", "Link", "Refresh")) {
            assertEquals(List.of(), answer.headers(name), name);
        }
        assertNothingDisclosed(answer);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"https://elsewhere.example/a?b#c", "https://203.0.113.9:8443/a", "https://elsewhere.example"})
    void anotherPublicAddressCrosses(String location) {
        answer(TestUpstream.answer("302 Found", headers("Location: L\r\n", location), ""));
        Answer answer = request(Session.withPermission("chat:write"), "GET", "/api/raw/a")
                .send();
        assertEquals(location, answer.header("Location").orElseThrow());
    }

    private String headers(String pattern, String location) {
        return pattern.replace("L\r\n", location + "\r\n")
                .replace("<L>", "<" + location + ">")
                .replace("PORT", Integer.toString(URI.create(upstream.url()).getPort()));
    }

    private void assertNothingDisclosed(Answer answer) {
        String port = Integer.toString(URI.create(upstream.url()).getPort());
        assertFalse(answer.headers().toString().contains(port), () -> answer.headers()
                .toString());
    }

    @Test
    void whatAFrontWouldActOnDoesNotCross() {
        answer(TestUpstream.answer(
                "200 OK",
                "X-Accel-Redirect: /protected/a\r\nX-Accel-Buffering: yes\r\nX-Sendfile: /etc/passwd\r\nX-Kept: 1\r\n",
                "fine"));
        Answer answer = request(Session.withPermission("chat:write"), "GET", "/api/raw/a")
                .send();
        assertEquals("1", answer.header("X-Kept").orElseThrow());
        for (String name : List.of("X-Accel-Redirect", "X-Accel-Buffering", "X-Sendfile")) {
            assertEquals(List.of(), answer.headers(name), name);
        }
    }

    @Test
    void bytesThatTheServerCannotSendArePercentEncoded() throws Exception {
        upstream.script(
                script,
                (request, in, out) -> out.write(
                        "HTTP/1.1 200 OK\r\nContent-Disposition: attachment; filename=\"aä.txt\"\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
                                .getBytes(StandardCharsets.UTF_8)));
        Answer answer = request(Session.withPermission("chat:write"), "GET", "/api/raw/a")
                .send();
        assertEquals(
                "attachment; filename=\"a%C3%A4.txt\"",
                answer.header("Content-Disposition").orElseThrow());
    }

    @Test
    void anEventStreamIsNotBufferedByAFront() throws Exception {
        upstream.script(script, (request, in, out) -> {
            out.write(streamHead());
            out.write(TestUpstream.chunk(""));
        });
        Session session = Session.withPermission("chat:write");
        String answer = raw(session, post(session, "{}"));
        assertTrue(answer.contains("\r\nX-Accel-Buffering: no\r\n"), answer);
    }

    @Test
    void aTimeoutAfterTheUpstreamsHeadIsACleanProblem() {
        upstream.script(script, (request, in, out) -> {
            out.write(
                    ("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Encoding: gzip\r\nSet-Cookie: a=b\r\n"
                                    + "ETag: \"1\"\r\nLast-Modified: Sat, 28 Nov 2026 17:00:00 GMT\r\nContent-Length: 100\r\n"
                                    + "Content-Language: de\r\nContent-Disposition: attachment\r\nLocation: /v1/a\r\n"
                                    + "X-Theirs: 1\r\nVary: Accept\r\n\r\n")
                            .getBytes(StandardCharsets.UTF_8));
            out.flush();
            in.read();
        });
        Answer answer = request(Session.withPermission("chat:write"), "POST", CHAT)
                .json("{}")
                .send();
        assertEquals(504, answer.status());
        assertEquals("upstream_timeout", answer.error());
        assertEquals("application/problem+json", answer.header("Content-Type").orElseThrow());
        assertTrue(answer.header("RateLimit").isPresent());
        assertEquals("no-store", answer.header("Cache-Control").orElseThrow());
        for (String name : List.of(
                "Content-Encoding",
                "Set-Cookie",
                "ETag",
                "Last-Modified",
                "Content-Disposition",
                "Location",
                "X-Theirs")) {
            assertEquals(List.of(), answer.headers(name), name);
        }
        assertFalse(answer.headers("Vary").contains("Accept"));
        assertFalse(answer.headers("Content-Language").contains("de"));
    }

    @Test
    void anUpstreamThatEndsBehindItsHeadIsACleanProblem() {
        upstream.script(
                script,
                (request, in, out) -> out.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\nETag: \"1\"\r\n\r\n"
                        .getBytes(StandardCharsets.UTF_8)));
        Answer answer = request(Session.withPermission("chat:write"), "POST", CHAT)
                .json("{}")
                .send();
        assertEquals(502, answer.status());
        assertEquals("upstream_unreachable", answer.error());
        assertEquals(List.of(), answer.headers("ETag"));
    }

    /** RFC 9110 section 8.6: a 204 names no length. */
    @ParameterizedTest
    @CsvSource({"304 Not Modified,1234,304", "204 No Content,5,204"})
    void anAnswerWithoutABodyEndsWhateverLengthItNames(String status, int length, String seen) throws Exception {
        upstream.script(
                script,
                (request, in, out) -> out.write(("HTTP/1.1 " + status + "\r\nContent-Length: " + length + "\r\n\r\n")
                        .getBytes(StandardCharsets.UTF_8)));
        assertTwoAnswersOnOneConnection("GET", seen);
    }

    @Test
    void anAnswerToHeadEndsWhateverLengthItNames() throws Exception {
        upstream.script(
                script,
                (request, in, out) ->
                        out.write("HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n".getBytes(StandardCharsets.UTF_8)));
        assertTwoAnswersOnOneConnection("HEAD", "200");
    }

    private void assertTwoAnswersOnOneConnection(String method, String status) throws Exception {
        Session session = Session.withPermission("chat:write");
        String request = method + " /api/raw/a HTTP/1.1\r\n" + head(session);
        String answers = raw(session, request + "\r\n" + request + "Connection: close\r\n\r\n");
        assertEquals(3, answers.split("HTTP/1.1 " + status + " ", -1).length, answers);
    }

    @Test
    void aClientOfHttp10GetsAStreamThatEndsWithItsConnection() throws Exception {
        upstream.script(script, (request, in, out) -> {
            out.write(streamHead());
            out.write(TestUpstream.chunk("data: 1\n\n"));
            out.write(TestUpstream.chunk(""));
        });
        Session session = Session.withPermission("chat:write");
        String answer = raw(session, post(session, "{}").replace("HTTP/1.1", "HTTP/1.0"));
        assertFalse(answer.toLowerCase(Locale.ROOT).contains("transfer-encoding"), answer);
        assertTrue(answer.endsWith("\r\n\r\ndata: 1\n\n"), answer);
    }
}
