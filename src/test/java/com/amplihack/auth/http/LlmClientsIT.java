package com.amplihack.auth.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.http.NodeProject.Result;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Clients of language models as they come from npm, each with a base address and an API key alone, through the proxy to a
 * service that looks at each byte (docs/llm-clients.md). Skipped, with a word, where npm is not installed.
 */
@Tag("full")
class LlmClientsIT {
    private static final String HEARD = "upstream heard: ";

    private static NodeProject clients;
    private static StrictLlm llm;

    private static Session session;
    private static String key;

    @BeforeAll
    static void install() throws Exception {
        clients = NodeProject.clients();
        session = Session.withPermission("chat:write", "model:read");
        key = ApiKeys.of(session);
        TestUpstream upstream = SharedServer.get().upstream();
        llm = new StrictLlm(upstream.port());
        upstream.script("", llm);
    }

    @AfterAll
    static void forget() throws Exception {
        if (llm != null) {
            SharedServer.get().upstream().forget("");
            llm.close();
        }
    }

    @BeforeEach
    void look() {
        llm.violations().clear();
    }

    @AfterEach
    void nothingWrongReachedTheUpstream() {
        assertEquals(List.of(), llm.violations());
    }

    @ParameterizedTest
    @ValueSource(strings = {"/api", "/api/v1", "/v1"})
    void openai(String base) throws Exception {
        assertEquals(ClientLines.openai(HEARD, "gpt-test, claude-test"), lines("openai.mjs", base, "gpt-test"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/api", "/api/v1", "/v1", ""})
    void anthropic(String base) throws Exception {
        assertEquals(
                ClientLines.anthropic(HEARD, "gpt-test, claude-test"), lines("anthropic.mjs", base, "claude-test"));
    }

    /** Which sends {@code x-api-key}; from 1.0 on the key is a bearer token. */
    @ParameterizedTest
    @ValueSource(strings = {"/api", "/api/v1", "/v1", ""})
    void anthropicBeforeOne(String base) throws Exception {
        assertEquals(
                ClientLines.anthropic(HEARD, "gpt-test, claude-test"),
                lines("anthropic.mjs", key, base, "claude-test", "anthropic-0"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/api", "/api/v1", "/v1"})
    void vercelsAi(String base) throws Exception {
        assertEquals(ClientLines.ai(HEARD), lines("ai.mjs", base, "gpt-test"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/api", "/api/v1", "/v1"})
    void langChain(String base) throws Exception {
        assertEquals(ClientLines.langChain(HEARD), lines("langchain.mjs", base, "gpt-test"));
    }

    /** The upstream's own errors come through, and a service that lies about its usage is no reason to lose an answer. */
    @Test
    void theUpstreamsErrorsAndLiesReachTheClientAsTheyAre() throws Exception {
        List<String> liars =
                List.of("usage-negative", "usage-huge", "usage-text", "usage-twice", "usage-none", "no-done", "slow");
        List<String> refusing = List.of("status-400", "status-404", "status-429", "status-500");
        for (String liar : liars) {
            assertEquals(
                    List.of(liar + ": " + HEARD + "hello", liar + ", streamed: " + HEARD + "hello"),
                    lines("outcomes.mjs", "/api", liar));
        }
        assertEquals(
                List.of(
                        "status-400: BadRequestError 400 Too many tokens",
                        "status-400, streamed: BadRequestError 400 Too many tokens",
                        "status-404: NotFoundError 404 No such model",
                        "status-404, streamed: NotFoundError 404 No such model",
                        "status-429: RateLimitError 429 Slow down",
                        "status-429, streamed: RateLimitError 429 Slow down",
                        "status-500: InternalServerError 500 The model broke",
                        "status-500, streamed: InternalServerError 500 The model broke"),
                lines("outcomes.mjs", key, "/api", refusing.toArray(new String[0])));
    }

    /**
     * Where the usage is a lie, or missing, what was reserved for the call stays used: the second call takes what the first one left, and
     * the third finds nothing. Told the truth, the same budget is good for all of them.
     */
    @Test
    void noLieAboutUsageMovesABudget() throws Exception {
        for (String liar : List.of("usage-negative", "usage-huge", "usage-text", "usage-none")) {
            assertEquals(
                    List.of(
                            liar + ": " + HEARD + "hello",
                            liar + ", streamed: " + HEARD + "hello",
                            liar + ": RateLimitError 429 \"budget_exhausted\"",
                            liar + ", streamed: RateLimitError 429 \"budget_exhausted\""),
                    lines("outcomes.mjs", keyFor5000Tokens(), "/api", liar, liar));
        }
        for (String honest : List.of("gpt-test", "usage-twice", "no-done")) {
            List<String> lines = lines("outcomes.mjs", keyFor5000Tokens(), "/api", honest, honest);
            assertTrue(lines.stream().allMatch(line -> line.endsWith(HEARD + "hello")), lines::toString);
        }
    }

    private static String keyFor5000Tokens() {
        return ApiKeys.of(session, "{\"name\":\"5000\",\"budget\":{\"tokens\":5000,\"window\":\"day\"}}");
    }

    @Test
    void aKeyOfAnotherServiceIsRefused() throws Exception {
        for (String foreign : List.of("sk-proj-0123456789abcdef", "sk-ant-api03-0123456789abcdef", "amp_short")) {
            List<String> lines = lines("outcomes.mjs", foreign, "/api", "gpt-test");
            assertTrue(
                    lines.stream().allMatch(line -> line.contains("AuthenticationError 401 \"invalid_")),
                    lines::toString);
        }
    }

    @Test
    void theModelsAndTheBudgetOfAKeyAreKept() throws Exception {
        String small = ApiKeys.of(
                session, "{\"name\":\"small\",\"models\":[\"gpt-*\"],\"budget\":{\"requests\":2,\"window\":\"day\"}}");
        assertEquals(
                List.of(
                        "claude-test: PermissionDeniedError 403 \"model_not_allowed\"",
                        "claude-test, streamed: PermissionDeniedError 403 \"model_not_allowed\"",
                        "gpt-test: " + HEARD + "hello",
                        "gpt-test, streamed: " + HEARD + "hello",
                        "gpt-test: RateLimitError 429 \"budget_exhausted\"",
                        "gpt-test, streamed: RateLimitError 429 \"budget_exhausted\""),
                lines("outcomes.mjs", small, "/api", "claude-test", "gpt-test", "gpt-test"));
    }

    @Test
    void endingTheProgramEndsTheUpstreamsWorkWithinASecond() throws Exception {
        llm.hangUps().clear();
        Process program = clients.start("endless.mjs", Map.of("API_KEY", key), address("/api"));
        try (BufferedReader output =
                new BufferedReader(new InputStreamReader(program.getInputStream(), StandardCharsets.UTF_8))) {
            assertEquals("streaming", output.readLine());

            interrupt(program);

            assertEquals("endless", llm.hangUps().poll(1, TimeUnit.SECONDS));
        } finally {
            program.destroyForcibly();
        }
    }

    /** As Ctrl-C does. */
    private static void interrupt(Process program) throws Exception {
        new ProcessBuilder("kill", "-INT", Long.toString(program.pid())).start().waitFor();
    }

    /** Whoever pastes an access token in place of a key is refused, and the audit log tells it three times, not at each call. */
    @Test
    void anAccessTokenIsNoKeyAndNoTheftEither() throws Exception {
        Session pasted = Session.withPermission("chat:write");
        String[] models = Collections.nCopies(5, "gpt-test").toArray(new String[0]);

        List<String> lines = lines("outcomes.mjs", pasted.accessToken, "/api", models);

        assertEquals(10, lines.size());
        assertTrue(
                lines.stream().allMatch(line -> line.endsWith("AuthenticationError 401 \"binding_mismatch\"")),
                lines::toString);
        List<String> audited = SharedServer.get()
                .auditFile()
                .lines()
                .filter(line -> line.contains(pasted.claims().getString("sid")))
                .filter(line -> line.contains("\"warning\"") || line.contains("\"critical\""))
                .toList();
        assertEquals(3, audited.size(), audited::toString);
        assertTrue(audited.stream().allMatch(line -> line.contains("BINDING_MISMATCH")), audited::toString);
    }

    private static List<String> lines(String script, String base, String model) throws Exception {
        return lines(script, key, base, model);
    }

    private static List<String> lines(String script, String credential, String base, String... models)
            throws Exception {
        String[] arguments = new String[models.length + 1];
        arguments[0] = address(base);
        System.arraycopy(models, 0, arguments, 1, models.length);
        Result result = clients.run(script, Map.of("API_KEY", credential), arguments);
        assertEquals(0, result.status(), result.output());
        return result.output().lines().toList();
    }

    private static String address(String base) {
        return "http://localhost:" + SharedServer.get().port() + base;
    }
}
