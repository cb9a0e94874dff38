package com.amplihack.auth.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.http.Client.Answer;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code enable.jwt.auth=false} in front of the demo upstream. */
@Tag("one-store")
class OpenProxyIT {
    private static final String QUESTION = "\"messages\":[{\"role\":\"user\",\"content\":\"Hello out there\"}]";

    private static ServerProcess server;

    @BeforeAll
    static void start() {
        server = inFrontOf("demo");
    }

    private static ServerProcess inFrontOf(String upstream) {
        return ServerProcess.start(
                        ServerProcess.freePort(),
                        Map.of(
                                "mp.config.profile",
                                "dev",
                                "auth.home",
                                ServerProcess.freshDirectory("open").toString(),
                                "auth.store",
                                "memory",
                                "jwt.key.size",
                                "2048",
                                "auth.proxy.upstream",
                                upstream,
                                "enable.jwt.auth",
                                "false"),
                        Map.of())
                .ready();
    }

    @Test
    @Tag("full")
    void whereNobodyListensNobodyIsReached() {
        try (ServerProcess alone = inFrontOf("http://127.0.0.1:" + ServerProcess.freePort() + "/v1/")) {
            Answer answer = chat(alone, "{" + QUESTION + "}");
            assertEquals(502, answer.status());
            assertEquals("upstream_unreachable", answer.error());
        }
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void anybodyMayAskTheDemo() {
        Answer answer = chat("{" + QUESTION + "}");
        assertEquals(200, answer.status());
        assertEquals("true", answer.header("X-Amplihack-Demo").orElseThrow());
        assertEquals("demo", answer.json().getString("system_fingerprint"));
        assertEquals(
                "[demo] You said: Hello out there",
                answer.json()
                        .getJsonArray("choices")
                        .getJsonObject(0)
                        .getJsonObject("message")
                        .getString("content"));
    }

    @Test
    void theDemoStreamsWordByWord() {
        Answer answer = chat("{\"stream\":true," + QUESTION + "}");
        assertEquals("text/event-stream", answer.header("Content-Type").orElseThrow());
        List<String> events = answer.body()
                .lines()
                .filter(line -> !line.isEmpty())
                .map(line -> line.substring("data: ".length()))
                .toList();
        assertEquals("[DONE]", events.get(events.size() - 1));
        String said = events.stream()
                .filter(event -> event.startsWith("{"))
                .map(event -> new Answer(200, List.of(), event).json())
                .map(event -> event.getJsonArray("choices").getJsonObject(0).getJsonObject("delta"))
                .map(delta -> delta.getString("content", ""))
                .collect(Collectors.joining());
        assertEquals("[demo] You said: Hello out there", said);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "[]", "{}", "{\"messages\":[]}", "{\"messages\":[1]}", "{\"messages\":[{\"content\":1}]}"})
    void theDemoRefusesWhatIsNoQuestion(String body) {
        Answer answer = chat(body);
        assertEquals(400, answer.status());
        assertEquals(
                "invalid_request_error", answer.json().getJsonObject("error").getString("type"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/api/user", "/admin/api/users", "/auth/sessions", "/api/elsewhere", "/v1/api/user"})
    void nothingElseIsOpen(String path) {
        Answer answer = new Client(server.port()).get(path).send();
        assertEquals(401, answer.status());
        assertEquals("missing_token", answer.error());
    }

    @Test
    void itIsToldAtTheStartAndInReadiness() {
        assertTrue(server.output().contains("enable.jwt.auth is false: proxied paths are open to anybody"));
        Answer ready = new Client(server.port()).get("/health/ready").send();
        assertEquals(200, ready.status());
        assertTrue(ready.body().contains("enable.jwt.auth is false: proxied paths are open to anybody"), ready::body);
    }

    private static Answer chat(String body) {
        return chat(server, body);
    }

    private static Answer chat(ServerProcess server, String body) {
        return new Client(server.port())
                .post("/api/chat/completions")
                .json(body)
                .send();
    }
}
