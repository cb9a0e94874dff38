package com.amplihack.auth.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.http.Client.Answer;
import com.amplihack.auth.http.NodeProject.Result;
import com.microsoft.playwright.Page;
import jakarta.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * A server as {@code mvn -Pstart} starts it lets stock clients in by an API key alone (docs/llm-clients.md): those of npm,
 * {@code curl} as the references of both APIs call it, and a page of a listed origin. What a program is missing for is skipped,
 * with a word.
 */
@Tag("one-store")
@Tag("full")
class LlmDemoIT {
    private static final String SAID = "[demo] You said: ";
    private static final String MODELS = "amplihack-demo, amplihack-demo-mini";
    private static final String HELLO = "{\"model\":\"demo\",\"messages\":[{\"role\":\"user\",\"content\":\"Hello!\"}]";

    private static PageServer pages;
    private static ServerProcess server;
    private static String key;

    @BeforeAll
    static void start() throws Exception {
        pages = new PageServer();
        server = ServerProcess.start(
                        ServerProcess.freePort(),
                        Map.of(
                                "mp.config.profile",
                                "dev",
                                "auth.home",
                                ServerProcess.freshDirectory("demo").toString(),
                                "auth.store",
                                "memory",
                                "jwt.key.size",
                                "2048",
                                "auth.cors.origins",
                                pages.origin()),
                        Map.of())
                .ready();
        Session admin = Session.of(server, "admin", server.firstPassword());
        String username = Session.newUser(admin, "user");
        Answer granted = admin.with(admin.client.request("PUT", "/admin/api/roles/user"))
                .json("{\"permissions\":[\"chat:write\"]}")
                .send();
        assertEquals(200, granted.status());
        key = ApiKeys.of(Session.of(server, username, Session.PASSWORD));
    }

    @AfterAll
    static void stop() {
        server.close();
        pages.close();
    }

    @Test
    void everyClientOfNpmGetsIn() throws Exception {
        assertEquals(ClientLines.openai(SAID, MODELS), lines("openai.mjs"));
        assertEquals(ClientLines.anthropic(SAID, MODELS), lines("anthropic.mjs"));
        assertEquals(ClientLines.ai(SAID), lines("ai.mjs"));
        assertEquals(ClientLines.langChain(SAID), lines("langchain.mjs"));
    }

    private static List<String> lines(String script) throws Exception {
        Result result = NodeProject.clients().run(script, Map.of("API_KEY", key), base() + "/v1", "amplihack-demo");
        assertEquals(0, result.status(), result.output());
        return result.output().lines().toList();
    }

    /** The examples of OpenAI's reference, twice each. */
    @Test
    void curlAsInOpenAisReference() throws Exception {
        for (String base : List.of("/api", "/api/v1", "/v1")) {
            for (int turn = 1; turn <= 2; turn++) {
                String[] authorization = {"-H", "Authorization: Bearer " + key};
                String[] json = {"-H", "Content-Type: application/json", authorization[0], authorization[1]};
                JsonObject chat = json(curl(base + "/chat/completions", json, "-d", HELLO + "}"));
                assertEquals(
                        SAID + "Hello!",
                        chat.getJsonArray("choices")
                                .getJsonObject(0)
                                .getJsonObject("message")
                                .getString("content"));
                String stream = curl(base + "/chat/completions", json, "-d", HELLO + ",\"stream\":true}");
                assertTrue(stream.endsWith("data: [DONE]\n\n"), stream);
                assertEquals(
                        "completed",
                        json(curl(base + "/responses", json, "-d", "{\"model\":\"demo\",\"input\":\"Hello!\"}"))
                                .getString("status"));
                assertEquals(
                        "list",
                        json(curl(base + "/embeddings", json, "-d", "{\"model\":\"demo\",\"input\":\"Hello!\"}"))
                                .getString("object"));
                assertEquals("list", json(curl(base + "/models", authorization)).getString("object"));
                assertEquals(
                        "amplihack-demo",
                        json(curl(base + "/models/amplihack-demo", authorization))
                                .getString("id"));
            }
        }
    }

    /** The example of Anthropic's reference. */
    @Test
    void curlAsInAnthropicsReference() throws Exception {
        String[] headers = {
            "-H", "x-api-key: " + key, "-H", "anthropic-version: 2023-06-01", "-H", "content-type: application/json"
        };
        for (int turn = 1; turn <= 2; turn++) {
            JsonObject message = json(curl("/v1/messages", headers, "-d", HELLO + ",\"max_tokens\":1024}"));
            assertEquals(
                    SAID + "Hello!",
                    message.getJsonArray("content").getJsonObject(0).getString("text"));
        }
    }

    /** Without the key, or with another one, none of it is there. */
    @Test
    void withoutTheKeyNobodyGetsIn() throws Exception {
        String wrong = key.substring(0, key.length() - 1) + (key.endsWith("A") ? "B" : "A");
        for (String path : List.of("/api/models", "/v1/models", "/v1/v1/models", "/api/v1/v1/models")) {
            assertEquals("missing_token", json(curl(path, new String[0])).getString("error"), path);
            assertEquals(
                    "invalid_api_key",
                    json(curl(path, new String[] {"-H", "Authorization: Bearer " + wrong}))
                            .getString("error"),
                    path);
        }
    }

    @Test
    void aPageOfAListedOriginGetsInAndOthersDoNot() throws Exception {
        Path files = NodeProject.clients().directory();
        pages.serve(files);
        try (PageServer other = new PageServer();
                Chromium chromium = new Chromium();
                Page page = chromium.browser().newPage()) {
            other.serve(files);

            assertEquals(
                    List.of(
                            "chat: " + SAID + "from a page",
                            "chat, streamed: " + SAID + "from a page",
                            "chat: " + SAID + "from a page",
                            "chat, streamed: " + SAID + "from a page",
                            "models: 2"),
                    asked(page, pages));
            assertEquals("APIConnectionError", asked(page, other));
        }
    }

    private static Object asked(Page page, PageServer from) {
        page.navigate(from.origin() + "/page.html");
        page.waitForFunction("() => window.ask");
        return page.evaluate(
                "([base, key]) => ask(base, key).catch(error => error.constructor.name)", List.of(base() + "/v1", key));
    }

    private static JsonObject json(String text) {
        return new Answer(200, List.of(), text).json();
    }

    private static String curl(String path, String[] headers, String... more) throws Exception {
        Assumptions.assumeTrue(Program.find("curl").isPresent(), "curl is not installed here");
        List<String> command = new ArrayList<>(List.of("curl", "-s", "--max-time", "20", base() + path));
        command.addAll(Arrays.asList(headers));
        command.addAll(Arrays.asList(more));
        Process curl = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(curl.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(curl.waitFor(20, TimeUnit.SECONDS));
        assertEquals(0, curl.exitValue(), output);
        return output;
    }

    private static String base() {
        return "http://localhost:" + server.port();
    }
}
