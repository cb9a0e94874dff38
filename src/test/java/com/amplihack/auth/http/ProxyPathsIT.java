package com.amplihack.auth.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.http.Client.Answer;
import com.amplihack.auth.http.TestUpstream.Received;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Where a path leads: base addresses of tools, upstreams of a path's own, and lists of models. */
class ProxyPathsIT extends ProxyFixture {
    private static final String MODELS =
            "{\"object\":\"list\",\"data\":[{\"id\":\"gpt-4o\"},{\"id\":\"gpt-5\"},{\"id\":\"small\"}]}";

    @ParameterizedTest
    @CsvSource({
        "/api/models/a, /v1/models/a",
        "/api/v1/models/a, /v1/models/a",
        "/v1/models/a, /v1/models/a",
        "/v1/api/models/a, /v1/models/a",
        "/v1/models/a%20b/, /v1/models/a%20b",
        "/v1/models?limit=2, /v1/models?limit=2"
    })
    void toolsMayEndTheBaseAddressInTheVersionOrNot(String path, String sent) {
        answer(TestUpstream.answer("200 OK", "", "fine"));
        Session session = Session.withPermission("model:read");
        assertEquals("fine", request(session, "GET", path).send().body());
        assertEquals("GET " + sent + " HTTP/1.1", received().line());
    }

    @ParameterizedTest
    @ValueSource(strings = {"/v1/chat/completions", "/api/v1/chat/completions", "/v1/api/chat/completions"})
    void anotherSpellingNeedsTheSamePermission(String path) {
        answer(TestUpstream.answer("200 OK", "", "fine"));
        Session session = Session.withPermission("model:read");
        assertEquals(403, request(session, "POST", path).json("{}").send().status());
        assertEquals(401, new Client().post(path).json("{}").send().status());
        assertTrue(received.isEmpty());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/api/%76%31/raw/a",
                "/%76%31/raw/a",
                "/v1/%72aw/../raw/a",
                "/v1//raw/a",
                "/api/v1//raw/a",
                "/v1/v2/raw/a",
                "/raw/a",
                "/v1/auth/raw/a"
            })
    void noOtherSpellingLeadsToTheUpstream(String path) throws Exception {
        answer(TestUpstream.answer("200 OK", "", "fine"));
        Session session = Session.withPermission("chat:write");
        String answer = raw(session, "GET " + path + " HTTP/1.1\r\n" + head(session) + "Connection: close\r\n\r\n");
        assertTrue(answer.startsWith("HTTP/1.1 40"), answer);
        assertTrue(received.isEmpty(), answer);
    }

    @Test
    void ourOwnPathsStayOurs() {
        Session session = Session.withPermission("model:read");
        for (String path : List.of("/api/user", "/v1/api/user", "/api/v1/user")) {
            Answer answer = session.with(session.client.get(path)).send();
            assertEquals(200, answer.status(), path);
            assertEquals(session.username, answer.json().getString("username"));
        }
    }

    @Test
    void aPathOfItsOwnUpstreamUsesItsAddressAndItsKey() {
        answer(TestUpstream.answer("200 OK", "Location: /v1/other/batches/1\r\n", "fine"));
        Session session = Session.withPermission("chat:write");
        Answer answer = request(session, "POST", "/api/v1/second/messages?beta=true")
                .header("x-api-key", "the-clients")
                .header("anthropic-version", "2023-06-01")
                .json("{}")
                .send();
        assertEquals("fine", answer.body());
        assertEquals("/api/batches/1", answer.header("Location").orElseThrow());
        Received request = received();
        assertEquals("POST /v1/other/second/messages?beta=true HTTP/1.1", request.line());
        assertEquals(List.of(TestUpstream.OTHER_KEY), request.header("x-api-key"));
        assertEquals(List.of("2023-06-01"), request.header("anthropic-version"));
        assertEquals(List.of(), request.header("Authorization"), "the other upstream's key stays with it");
    }

    @Test
    void aRedirectFromOneUpstreamToAnotherIsNotMapped() {
        answer(TestUpstream.answer("307 Temporary Redirect", "Location: " + upstream.url() + "models\r\n", ""));
        Answer answer = request(Session.withPermission("chat:write"), "POST", "/api/second/messages")
                .json("{}")
                .send();
        assertEquals(307, answer.status());
        assertEquals(List.of(), answer.headers("Location"));
        assertFalse(answer.headers()
                .toString()
                .contains(Integer.toString(URI.create(upstream.url()).getPort())));
    }

    @Test
    void aKeySeesItsModelsOnly() {
        Session session = Session.withPermission("model:read");
        String key = ApiKeys.of(session, "{\"name\":\"test\",\"models\":[\"gpt-4*\",\"small\"]}");
        answer(TestUpstream.answer("200 OK", "Content-Type: application/json\r\nETag: \"1\"\r\n", MODELS));
        Answer list = with(key, "/v1/models").header("Accept-Encoding", "gzip").send();
        assertEquals(200, list.status());
        assertEquals("{\"object\":\"list\",\"data\":[{\"id\":\"gpt-4o\"},{\"id\":\"small\"}]}", list.body());
        assertEquals(List.of(), list.headers("ETag"));
        assertEquals(List.of(), received().header("Accept-Encoding"));
        assertEquals(200, with(key, "/api/models/small").send().status());
        received();
        Answer other = with(key, "/api/models/gpt-5").send();
        assertEquals(403, other.status());
        assertEquals("model_not_allowed", other.error());
        assertTrue(received.isEmpty());
        assertEquals(MODELS, request(session, "GET", "/api/models").send().body());
    }

    @ParameterizedTest
    @ValueSource(strings = {"<html>", "[]", "{\"data\":[]", "{\"models\":[]}"})
    void aListThatCannotBeReadIsNotShown(String list) {
        Session session = Session.withPermission("model:read");
        String key = ApiKeys.of(session, "{\"name\":\"test\",\"models\":[\"gpt-4*\"]}");
        answer(TestUpstream.answer("200 OK", "", list));
        Answer refused = with(key, "/api/models").send();
        assertEquals(502, refused.status());
        assertEquals("upstream_unreachable", refused.error());
    }

    @Test
    void anErrorInsteadOfAListCrosses() {
        Session session = Session.withPermission("model:read");
        String key = ApiKeys.of(session, "{\"name\":\"test\",\"models\":[\"gpt-4*\"]}");
        answer(TestUpstream.answer("500 Oops", "", "its words"));
        assertEquals("its words", with(key, "/api/models").send().body());
        upstream.script(
                script,
                (request, in, out) -> out.write(
                        "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}"
                                .getBytes(StandardCharsets.UTF_8)));
        assertEquals(502, with(key, "/api/models").send().status());
    }

    private Client.Request with(String key, String path) {
        return new Client().get(path).header("Authorization", "Bearer " + key).header("X-Script", script);
    }
}
