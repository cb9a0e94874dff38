package com.amplihack.auth.proxy.demo;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.proxy.upstream.Upstream.Request;
import com.amplihack.auth.proxy.upstream.Upstream.Response;
import com.amplihack.auth.web.StrictJson;
import jakarta.json.JsonArray;
import jakarta.json.JsonNumber;
import jakarta.json.JsonObject;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodySubscribers;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DemoUpstreamTest {
    private static final String CHAT = "/chat/completions";
    private static final String QUESTION = "\"messages\":[{\"role\":\"user\",\"content\":\"Hello out there\"}]";

    /** An answer, read whole. */
    private record Answer(int status, String type, String body) {
        JsonObject json() {
            return StrictJson.parse(body.getBytes(StandardCharsets.UTF_8), 64);
        }

        /** The data of each event that is JSON. */
        List<JsonObject> events() {
            return body.lines()
                    .filter(line -> line.startsWith("data: {"))
                    .map(line ->
                            StrictJson.parse(line.substring("data: ".length()).getBytes(StandardCharsets.UTF_8), 64))
                    .toList();
        }

        /** The names in the lines {@code event:}. */
        List<String> names() {
            return body.lines()
                    .filter(line -> line.startsWith("event: "))
                    .map(line -> line.substring("event: ".length()))
                    .toList();
        }
    }

    @Test
    void aChatCompletionEchoesTheLastMessage() {
        JsonObject answer = post(CHAT, "{\"model\":\"any\"," + QUESTION + "}").json();
        assertEquals("any", answer.getString("model"));
        JsonObject choice = answer.getJsonArray("choices").getJsonObject(0);
        assertEquals(
                "[demo] You said: Hello out there",
                choice.getJsonObject("message").getString("content"));
        assertEquals("stop", choice.getString("finish_reason"));
        assertEquals(
                "{\"prompt_tokens\":3,\"completion_tokens\":6,\"total_tokens\":9}",
                answer.getJsonObject("usage").toString());
    }

    @Test
    void whatIsEchoedIsTextAndNoTemplate() {
        String text = "a \\\"quote\\\" ${model} $1 \\\\ \\u2028";
        JsonObject answer =
                post(CHAT, "{\"messages\":[{\"content\":\"" + text + "\"}]}").json();
        assertEquals(
                "[demo] You said: a \"quote\" ${model} $1 \\ \u2028",
                answer.getJsonArray("choices")
                        .getJsonObject(0)
                        .getJsonObject("message")
                        .getString("content"));
    }

    @Test
    void aChatIsStreamedWordByWordWithItsUsageIfThatWasAskedFor() {
        Answer bare = post(CHAT, "{\"stream\":true," + QUESTION + "}");
        Answer asked = post(CHAT, "{\"stream\":true,\"stream_options\":{\"include_usage\":true}," + QUESTION + "}");

        assertEquals("text/event-stream", bare.type());
        assertEquals("[demo] You said: Hello out there", streamed(bare));
        assertEquals(1 + 6 + 1, bare.events().size());
        assertTrue(bare.body().endsWith("}\n\ndata: [DONE]\n\n"));
        assertTrue(bare.events().stream().noneMatch(event -> event.containsKey("usage")));
        assertEquals(streamed(bare), streamed(asked));
        JsonObject last = asked.events().get(asked.events().size() - 1);
        assertEquals("[]", last.getJsonArray("choices").toString());
        assertEquals(9, last.getJsonObject("usage").getInt("total_tokens"));
        assertTrue(asked.body().endsWith("}\n\ndata: [DONE]\n\n"));
    }

    private static String streamed(Answer answer) {
        return answer.events().stream()
                .flatMap(event -> event.getJsonArray("choices").getValuesAs(JsonObject.class).stream())
                .map(choice -> choice.getJsonObject("delta").getString("content", ""))
                .collect(Collectors.joining());
    }

    @Test
    void aResponseEchoesATextOrTheLastMessage() {
        for (String input : List.of(
                "\"Hello\"",
                "[{\"role\":\"user\",\"content\":\"Hello\"}]",
                "[{\"role\":\"user\",\"content\":[{\"type\":\"input_text\",\"text\":\"Hello\"}]}]",
                "[{\"type\":\"function_call_output\",\"output\":\"Hello\"}]")) {
            JsonObject answer = post("/responses", "{\"input\":" + input + "}").json();
            assertEquals("completed", answer.getString("status"));
            JsonObject item = answer.getJsonArray("output").getJsonObject(0);
            assertEquals("completed", item.getString("status"));
            assertEquals(
                    "[demo] You said: Hello",
                    item.getJsonArray("content").getJsonObject(0).getString("text"));
            assertEquals(5, answer.getJsonObject("usage").getInt("total_tokens"));
        }
    }

    @Test
    void aResponseIsStreamedInNumberedEventsOfThatName() {
        Answer answer = post("/responses", "{\"stream\":true,\"input\":\"Hello\"}");
        List<JsonObject> events = answer.events();
        assertEquals(
                answer.names(),
                events.stream().map(event -> event.getString("type")).toList());
        assertEquals(
                IntStream.range(0, events.size()).boxed().toList(),
                events.stream().map(event -> event.getInt("sequence_number")).toList());
        assertEquals(
                "[demo] You said: Hello",
                events.stream()
                        .filter(event -> event.getString("type").equals("response.output_text.delta"))
                        .map(event -> event.getString("delta"))
                        .collect(Collectors.joining()));
        JsonObject last = events.get(events.size() - 1);
        assertEquals("response.completed", last.getString("type"));
        assertEquals(
                post("/responses", "{\"input\":\"Hello\"}").json(),
                last.getJsonObject("response"),
                "as without a stream");
        assertEquals("in_progress", events.get(0).getJsonObject("response").getString("status"));
    }

    @Test
    void aMessageEchoesTheLastOne() {
        JsonObject answer =
                post("/messages", "{\"max_tokens\":100," + QUESTION + "}").json();
        assertEquals("message", answer.getString("type"));
        assertEquals(
                "[demo] You said: Hello out there",
                answer.getJsonArray("content").getJsonObject(0).getString("text"));
        assertEquals("end_turn", answer.getString("stop_reason"));
        assertEquals(3, answer.getJsonObject("usage").getInt("input_tokens"));
        assertEquals(6, answer.getJsonObject("usage").getInt("output_tokens"));
    }

    @Test
    void aMessageIsStreamedInEventsOfThatName() {
        Answer answer = post("/messages", "{\"stream\":true,\"max_tokens\":100," + QUESTION + "}");
        assertEquals(
                answer.names(),
                answer.events().stream().map(event -> event.getString("type")).toList());
        assertEquals(
                List.of("message_start", "content_block_start", "ping", "content_block_delta"),
                answer.names().subList(0, 4));
        assertEquals(
                List.of("content_block_delta", "content_block_stop", "message_delta", "message_stop"),
                answer.names().subList(answer.names().size() - 4, answer.names().size()));
        JsonObject delta = answer.events().get(answer.events().size() - 2);
        assertEquals(6, delta.getJsonObject("usage").getInt("output_tokens"));
        assertEquals("end_turn", delta.getJsonObject("delta").getString("stop_reason"));
    }

    @Test
    void theTokensOfAMessageAreCounted() {
        assertEquals(
                "{\"input_tokens\":3}",
                post("/messages/count_tokens", "{" + QUESTION + "}").body());
    }

    @ParameterizedTest
    @CsvSource({
        "/chat/completions, max_tokens, length",
        "/chat/completions, max_completion_tokens, length",
        "/messages, max_tokens, max_tokens",
        "/responses, max_output_tokens, incomplete"
    })
    void anAnswerIsCutAtItsLimit(String path, String limit, String reason) {
        String input = "\"input\":\"Hello out there\"," + QUESTION;
        Answer plain = post(path, "{\"" + limit + "\":4," + input + "}");
        Answer streamed = post(path, "{\"stream\":true,\"" + limit + "\":4," + input + "}");
        for (Answer answer : List.of(plain, streamed)) {
            assertEquals(200, answer.status());
            assertTrue(
                    answer.body().contains('"' + reason + '"') || answer.body().contains("response." + reason));
            assertTrue(!answer.body().contains("out "), answer::body);
        }
        assertTrue(plain.body().contains("\"[demo] You said: Hello \""), plain::body);
        assertTrue(post(path, "{\"" + limit + "\":null," + input + "}").body().contains("out there"));
        assertTrue(post(path, "{\"" + limit + "\":6," + input + "}").body().contains("out there"));
    }

    @Test
    void embeddingsOfOneTextAreAlikeInBothEncodings() {
        JsonArray numbers = embedded("{\"input\":\"Hello\"}").getJsonObject(0).getJsonArray("embedding");
        String encoded = embedded("{\"input\":[\"Hello\"],\"encoding_format\":\"base64\"}")
                .getJsonObject(0)
                .getString("embedding");

        ByteBuffer bytes = ByteBuffer.wrap(Base64.getDecoder().decode(encoded)).order(ByteOrder.LITTLE_ENDIAN);
        double[] decoded = new double[numbers.size()];
        for (int i = 0; i < decoded.length; i++) {
            decoded[i] = bytes.getFloat();
        }
        assertEquals(8, numbers.size());
        assertArrayEquals(
                numbers.getValuesAs(JsonNumber.class).stream()
                        .mapToDouble(JsonNumber::doubleValue)
                        .toArray(),
                decoded);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {"\"a\"; 1", "[\"a\",\"b\"]; 2", "[1,2]; 1", "[[1,2],[3]]; 2"})
    void eachInputGetsItsEmbedding(String input, int count) {
        JsonArray items = embedded("{\"input\":" + input + "}");
        assertEquals(
                IntStream.range(0, count).boxed().toList(),
                items.getValuesAs(JsonObject.class).stream()
                        .map(item -> item.getInt("index"))
                        .toList());
    }

    private static JsonArray embedded(String body) {
        return post("/embeddings", body).json().getJsonArray("data");
    }

    @Test
    void modelsAreListedForClientsOfBothKinds() {
        JsonObject list = get("/models?limit=20").json();
        List<JsonObject> models = list.getJsonArray("data").getValuesAs(JsonObject.class);
        assertEquals(
                List.of("amplihack-demo", "amplihack-demo-mini"),
                models.stream().map(model -> model.getString("id")).toList());
        assertEquals("list", list.getString("object"));
        assertEquals("amplihack-demo-mini", list.getString("last_id"));
        assertEquals(models.get(1), get("/models/amplihack-demo-mini").json());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "{}",
                "{\"messages\":[]}",
                "{\"messages\":[1]}",
                "{\"messages\":[{\"content\":1}]}",
                "{\"messages\":\"a\",\"max_tokens\":\"b\"}",
                "{\"messages\":\"a\",\"messages\":\"b\"}"
            })
    void whatIsNoQuestionIsRefusedInBothFormats(String body) {
        for (String path : List.of(CHAT, "/messages")) {
            Answer answer = post(path, body);
            assertEquals(400, answer.status(), body);
            assertEquals("error", answer.json().getString("type"));
            assertEquals(
                    "invalid_request_error",
                    answer.json().getJsonObject("error").getString("type"));
        }
    }

    @Test
    void whatThereIsNotIsNotFound() {
        for (Answer answer : List.of(
                get(CHAT), get("/models/other"), get("/"), post("/models", "{}"), post("/messages/batches", "{}"))) {
            assertEquals(404, answer.status());
            assertEquals("not_found_error", answer.json().getJsonObject("error").getString("type"));
        }
    }

    /** Agents send the JSON schemas of their tools along. */
    @Test
    void aToolsSchemaMayNest() {
        String schema = "{\"a\":".repeat(40) + "1" + "}".repeat(40);
        assertEquals(
                200, post(CHAT, "{\"tools\":[" + schema + "]," + QUESTION + "}").status());
        String deeper = "{\"a\":".repeat(80) + "1" + "}".repeat(80);
        assertEquals(
                400, post(CHAT, "{\"tools\":[" + deeper + "]," + QUESTION + "}").status());
    }

    private static Answer get(String path) {
        return send(new Request("GET", path, List.of(), BodyPublishers.noBody()));
    }

    private static Answer post(String path, String body) {
        return send(new Request("POST", path, List.of(), BodyPublishers.ofString(body)));
    }

    private static Answer send(Request request) {
        CompletableFuture<Response> got = new CompletableFuture<>();
        new DemoUpstream().send(request, (answer, failure) -> got.complete(answer));
        var body = BodySubscribers.ofString(StandardCharsets.UTF_8);
        got.join().body().subscribe(DemoUpstream.adapt(body));
        return new Answer(
                got.join().status(),
                got.join().headers().get("content-type").get(0),
                body.getBody().toCompletableFuture().join());
    }
}
