package com.amplihack.auth.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.http.Client.Answer;
import com.amplihack.auth.http.TestUpstream.Received;
import com.amplihack.auth.web.StrictJson;
import java.io.ByteArrayOutputStream;
import java.net.Socket;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Bodies of calls to language models: limits that are set in them, and the usage that answers say. */
@Tag("store")
class ProxyBodyIT extends ProxyFixture {
    private static final String JSON = "Content-Type: application/json\r\n";
    private static final String PROBE = "{\"model\":\"m\"}";
    private static final int PROBE_TOKENS = 5;
    private static final int BUDGET = 1_000;
    private static final String USAGE = "\"usage\":{\"prompt_tokens\":30,\"completion_tokens\":70}";
    private static final String DELTA = "data: {\"choices\":[{\"delta\":{\"content\":\"Hello!\"}}]}\n\n";
    private static final String TOLD = "data: {\"choices\":[]," + USAGE + "}\n\n";
    private static final String DONE = "data: [DONE]\n\n";

    private final Session session = Session.withPermission("chat:write");

    @Test
    void anAnswerIsLimitedToWhatIsLeftAndSettledByWhatItSays() {
        String key = keyWithBudget();
        answer(TestUpstream.answer("200 OK", JSON, "{\"choices\":[]," + USAGE + "}"));
        assertEquals(200, post(key, CHAT, PROBE).status());
        assertEquals("{\"max_tokens\":995,\"model\":\"m\"}", text(received()));
        assertEquals(900, left(key));
    }

    @Test
    void aLimitThatFitsStays() {
        String key = keyWithBudget();
        answer(TestUpstream.answer("200 OK", JSON, "{" + USAGE + "}"));
        String body = "{ \"max_tokens\" : 7, \"model\":\"m\" }";
        assertEquals(200, post(key, CHAT, body).status());
        assertEquals(body, text(received()));
    }

    @ParameterizedTest
    @CsvSource({"/api/responses, max_output_tokens", "/api/v1/messages, max_tokens", "/v1/chat/completions, max_tokens"
    })
    void eachApiIsLimitedByItsOwnName(String path, String name) {
        String key = keyWithBudget();
        answer(TestUpstream.answer("200 OK", JSON, "{\"usage\":{\"input_tokens\":30,\"output_tokens\":70}}"));
        assertEquals(200, post(key, path, PROBE).status());
        assertEquals("{\"" + name + "\":995,\"model\":\"m\"}", text(received()));
        assertEquals(900, left(key));
    }

    @Test
    void embeddingsCostTheirInputAlone() {
        String key = keyWithBudget();
        answer(TestUpstream.answer("200 OK", JSON, "{\"usage\":{\"prompt_tokens\":100,\"total_tokens\":100}}"));
        assertEquals(200, post(key, "/api/embeddings", PROBE).status());
        assertEquals(PROBE, text(received()));
        assertEquals(900, left(key));
    }

    @Test
    void severalAnswersShareWhatIsLeft() {
        String key = keyWithBudget();
        answer(TestUpstream.answer("200 OK", JSON, "{" + USAGE + "}"));
        assertEquals(200, post(key, CHAT, "{\"n\":10,\"a\":1}").status());
        assertEquals("{\"max_tokens\":99,\"n\":10,\"a\":1}", text(received()));
        String poor = key("\"budget\":{\"tokens\":60,\"window\":\"day\"}");
        Answer refused = post(poor, CHAT, "{\"n\":100}");
        assertEquals(429, refused.status(), refused::body);
        assertEquals("budget_exhausted", refused.error());
        assertEquals(900, left(key), "what was refused is given back");
    }

    @Test
    void anExhaustedBudgetIsToldAndNothingIsSent() {
        String key = key("\"budget\":{\"tokens\":4,\"window\":\"day\"}");
        Answer refused = post(key, CHAT, PROBE);
        assertEquals(429, refused.status(), refused::body);
        assertEquals("budget_exhausted", refused.error());
        assertTrue(Long.parseLong(refused.header("Retry-After").orElseThrow()) <= 86_400);
        assertTrue(refused.headers("RateLimit").stream().anyMatch(field -> field.startsWith("\"budget\"")));
        assertTrue(received.isEmpty());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"usage\":null}",
                "{\"usage\":\"100\"}",
                "{\"usage\":{\"prompt_tokens\":-30,\"completion_tokens\":-70}}",
                "{\"usage\":{\"prompt_tokens\":30,\"completion_tokens\":9007199254740993}}",
                "{\"usage\":{\"prompt_tokens\":\"30\",\"completion_tokens\":70}}",
                "{\"usage\":{\"prompt_tokens\":30,\"completion_tokens\":70}",
                "<html>"
            })
    void anUpstreamThatLiesOrSaysNothingCostsWhatWasReserved(String answer) {
        String key = keyWithBudget();
        answer(TestUpstream.answer("200 OK", JSON, answer));
        Answer passed = post(key, CHAT, "{\"max_tokens\":100,\"a\":12}"); // 9 tokens and 100
        assertEquals(answer, passed.body());
        received();
        assertEquals(answer.endsWith("70}") ? BUDGET - 100 : BUDGET - 109, left(key));
    }

    @Test
    void theLastOfTwoUsagesCounts() {
        String key = keyWithBudget();
        answer(TestUpstream.answer(
                "200 OK", JSON, "{\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":1}," + USAGE + "}"));
        assertEquals(200, post(key, CHAT, PROBE).status());
        received();
        assertEquals(900, left(key));
    }

    /** The event that says it was asked for by us, and the client does not see it. */
    @ParameterizedTest
    @ValueSource(strings = {DELTA + TOLD + DONE, DELTA + TOLD, DELTA + TOLD + TOLD + DONE})
    void aStreamIsAskedForItsUsage(String events) throws Exception {
        String key = keyWithBudget();
        stream(events);
        Answer answer = post(key, CHAT, "{\"stream\":true,\"model\":\"m\"}");
        assertEquals(events.replace(TOLD, ""), answer.body());
        assertEquals(
                "{\"max_tokens\":991,\"stream_options\":{\"include_usage\":true},\"stream\":true,\"model\":\"m\"}",
                text(received()));
        assertEquals(900, left(key));
    }

    @Test
    void whoAskedForTheUsageSeesIt() throws Exception {
        String key = keyWithBudget();
        stream(DELTA + TOLD + DONE);
        String body = "{\"stream\":true,\"max_tokens\":9,\"stream_options\":{\"include_usage\":true}}";
        assertEquals(DELTA + TOLD + DONE, post(key, CHAT, body).body());
        assertEquals(body, text(received()));
        assertEquals(900, left(key));
    }

    @Test
    void anthropicsStreamSaysItInTwoEvents() throws Exception {
        String key = keyWithBudget();
        String events =
                "event: message_start\ndata: {\"message\":{\"usage\":{\"input_tokens\":30,\"output_tokens\":1}}}\n\n"
                        + "event: message_delta\ndata: {\"usage\":{\"output_tokens\":70}}\n\n";
        stream(events);
        assertEquals(events, post(key, "/api/messages", "{\"stream\":true}").body());
        received();
        assertEquals(900, left(key));
    }

    /** 9 tokens of the prompt, and a third of 6 bytes of text for each event. */
    @Test
    void aStreamThatIsCutOffCostsWhatWasSeen() throws Exception {
        String key = keyWithBudget();
        CountDownLatch seen = new CountDownLatch(1);
        upstream.script(script, (request, in, out) -> {
            received.add(request);
            out.write(streamHead());
            for (int i = 0; i < 5; i++) {
                out.write(TestUpstream.chunk(DELTA));
            }
            out.write(TestUpstream.chunk(": seen\n\n"));
            out.flush();
            seen.await();
        });
        assertBrokenOffAfter(": seen", session, keyed(key, "{\"stream\":true,\"model\":\"m\"}"), seen);
        received();
        assertEquals(BUDGET - 9 - 10, left(key));
    }

    @Test
    void aStreamWhoseClientLeavesCostsWhatWasSeen() throws Exception {
        String key = keyWithBudget();
        CountDownLatch ended = new CountDownLatch(1);
        upstream.script(script, (request, in, out) -> {
            received.add(request);
            out.write(streamHead());
            out.write(TestUpstream.chunk(DELTA));
            out.flush();
            TestUpstream.awaitEnd(in);
            ended.countDown();
        });
        try (Socket socket = connect(session)) {
            send(socket, keyed(key, "{\"stream\":true,\"model\":\"m\"}"));
            skipTo(reader(socket), DELTA.strip());
        }
        assertTrue(ended.await(1_500, TimeUnit.MILLISECONDS), "the upstream works on for nobody");
        received();
        long left = 0;
        for (int i = 0; i < 50 && left != BUDGET - 11; i++) {
            left = left(key);
            Thread.sleep(50);
        }
        assertEquals(BUDGET - 9 - 2, left);
    }

    @ParameterizedTest
    @ValueSource(strings = {"400 Bad Request", "401 Unauthorized", "429 Too Many Requests", "500 Oops"})
    void anErrorOfTheUpstreamCostsNoTokens(String status) {
        String key = keyWithBudget();
        answer(TestUpstream.answer(status, JSON, "{\"error\":{}}"));
        post(key, CHAT, PROBE);
        received();
        assertEquals(BUDGET, left(key));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"model\":\"a\",\"model\":\"b\"}",
                "{\"Max_Tokens\":9}",
                "{\"max_tokens\":-1}",
                "{\"max_tokens\":\"9\"}",
                "{\"max_tokens\":9007199254740993}",
                "{\"model\":7}",
                "{\"model\":\"\"}",
                "{\"stream\":\"yes\"}",
                "{\"a\":}",
                "{\"a\":1"
            })
    void aBodyThatCouldBeReadInTwoWaysIsRefusedAndCostsNothing(String body) {
        String key = keyWithBudget();
        Answer refused = post(key, CHAT, body);
        assertEquals(400, refused.status());
        assertEquals("invalid_request", refused.error());
        assertTrue(refused.body().contains("The body is not acceptable: "), refused::body);
        assertTrue(received.isEmpty());
        assertEquals(BUDGET, left(key));
    }

    @Test
    void depthIsBounded() {
        String key = keyWithBudget();
        answer(TestUpstream.answer("200 OK", JSON, "{}"));
        assertEquals(
                200,
                post(key, CHAT, "{\"a\":" + "[".repeat(63) + "]".repeat(63) + "}")
                        .status());
        assertEquals(
                400,
                post(key, CHAT, "{\"a\":" + "[".repeat(64) + "]".repeat(64) + "}")
                        .status());
    }

    /** Each is decoded by some upstream, and would be a call whose cost nobody has read. */
    @Test
    void aHiddenBodyIsRefused() throws Exception {
        String key = keyWithBudget();
        String call = "{\"model\":\"m\",\"max_tokens\":100000}";
        ByteArrayOutputStream zipped = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(zipped)) {
            gzip.write(call.getBytes(StandardCharsets.UTF_8));
        }
        Answer coded = with(key, CHAT)
                .header("Content-Encoding", "gzip")
                .body("application/json", zipped.toByteArray())
                .send();
        assertEquals(415, coded.status(), coded::body);
        Answer charset = with(key, CHAT)
                .body("application/json; charset=utf-16", call.getBytes(StandardCharsets.UTF_16))
                .send();
        assertEquals(415, charset.status(), charset::body);
        for (String name : List.of("UTF-16LE", "UTF-16BE", "UTF-16", "UTF-32")) {
            Answer guessed = with(key, CHAT)
                    .body("application/json", call.getBytes(Charset.forName(name)))
                    .send();
            assertEquals(400, guessed.status(), name);
        }
        assertTrue(received.isEmpty());
    }

    @ParameterizedTest
    @ValueSource(strings = {"hello", "[]", "a=b", "\0\0\0"})
    void whatIsNoJsonObjectPassesAsARequestWithoutTokens(String body) {
        String key = keyWithBudget();
        answer(TestUpstream.answer("200 OK", JSON, "{" + USAGE + "}"));
        Answer passed = with(key, CHAT)
                .body("text/plain", body.getBytes(StandardCharsets.UTF_8))
                .send();
        assertEquals(200, passed.status());
        assertEquals(body, text(received()));
        assertEquals(BUDGET, left(key));

        assertEquals(200, post(ApiKeys.of(session), CHAT, body).status(), "without a budget of tokens");
        assertEquals(body, text(received()));
        Answer refused = post(key, CHAT, body);
        assertEquals(400, refused.status(), "declared as JSON, which an upstream may read in a lenient way");
        assertTrue(received.isEmpty());
    }

    @Test
    void aBodyThatComesByteByByteCrossesWhole() throws Exception {
        String key = keyWithBudget();
        answer(TestUpstream.answer("200 OK", JSON, "{" + USAGE + "}"));
        String body = "{\"model\":\"m\",\"max_tokens\":5,\"messages\":[\"ä\"]}";
        byte[] request = keyed(key, body).getBytes(StandardCharsets.UTF_8);
        try (Socket socket = connect(session)) {
            socket.setSoTimeout(10_000);
            socket.setTcpNoDelay(true);
            for (byte b : request) {
                socket.getOutputStream().write(b);
            }
            assertEquals("HTTP/1.1 200 OK", line(socket));
        }
        assertEquals(body, text(received()));
    }

    @Test
    void theUpstreamIsAskedForAnAnswerThatCanBeRead() {
        answer(TestUpstream.answer("200 OK", JSON, "{" + USAGE + "}"));
        with(keyWithBudget(), CHAT)
                .header("Accept-Encoding", "gzip, br")
                .header("Range", "bytes=0-1")
                .json(PROBE)
                .send();
        Received request = received();
        assertEquals(List.of(), request.header("Accept-Encoding"));
        assertEquals(List.of(), request.header("Range"));
    }

    @Test
    void withoutABudgetTheBodyStaysAsItIs() {
        answer(TestUpstream.answer("200 OK", JSON, "{" + USAGE + "}"));
        String body = "{ \"model\" : \"m\" , \"messages\" : [ \"\\u00e4\" ] }";
        assertEquals(200, request(session, "POST", CHAT).json(body).send().status());
        assertEquals(body, text(received()));
    }

    @Test
    void aKeyAsksForItsModelsOnly() {
        String key = key("\"models\":[\"gpt-4o*\",\"small\"]");
        answer(TestUpstream.answer("200 OK", JSON, "{" + USAGE + "}"));
        assertEquals(200, post(key, CHAT, "{\"model\":\"gpt-4o-mini\"}").status());
        assertEquals(200, post(key, CHAT, "{\"model\":\"small\"}").status());
        received.clear();
        for (String body : List.of(
                "{\"model\":\"gpt-5\"}",
                "{\"model\":\"small2\"}",
                "{\"model\":null}",
                "{}",
                "{\"model\":\"small\",\"models\":[\"gpt-5\"]}",
                "{\"model\":\"small\",\"Fallbacks\":[\"gpt-5\"]}")) {
            Answer refused = post(key, CHAT, body);
            assertEquals(403, refused.status(), body);
            assertEquals("model_not_allowed", refused.error());
        }
        assertTrue(received.isEmpty());
    }

    private String keyWithBudget() {
        return key("\"budget\":{\"tokens\":" + BUDGET + ",\"window\":\"total\"}");
    }

    private String key(String limits) {
        return ApiKeys.of(session, "{\"name\":\"test\"," + limits + "}");
    }

    private Client.Request with(String key, String path) {
        return session.client
                .post(path)
                .header("Authorization", "Bearer " + key)
                .header("X-Script", script);
    }

    private Answer post(String key, String path, String body) {
        return with(key, path).json(body).send();
    }

    private String keyed(String key, String body) {
        return "POST " + CHAT + " HTTP/1.1\r\nHost: localhost\r\nX-Script: " + script + "\r\nAuthorization: Bearer "
                + key
                + "\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: "
                + body.getBytes(StandardCharsets.UTF_8).length + "\r\n\r\n" + body;
    }

    private void stream(String events) {
        upstream.script(script, (request, in, out) -> {
            received.add(request);
            out.write(streamHead());
            for (String event : events.split("(?<=\n\n)")) {
                out.write(TestUpstream.chunk(event));
            }
            out.write(TestUpstream.chunk(""));
        });
    }

    /** What the budget has left, by the limit that a call without tokens gets. */
    private long left(String key) {
        answer(TestUpstream.answer("200 OK", JSON, "{\"usage\":{\"prompt_tokens\":0,\"completion_tokens\":0}}"));
        Answer probe = post(key, CHAT, PROBE);
        assertEquals(200, probe.status(), probe::body);
        return StrictJson.parse(received().body()).getInt("max_tokens") + PROBE_TOKENS;
    }

    private static String text(Received request) {
        return new String(request.body(), StandardCharsets.UTF_8);
    }
}
