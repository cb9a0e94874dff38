package com.amplihack.auth.http;

import com.amplihack.auth.http.TestUpstream.Received;
import com.amplihack.auth.web.StrictJson;
import jakarta.json.JsonArray;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Function;

/**
 * A model's service in the wire formats of OpenAI and Anthropic that holds each request to {@link LlmRules} and behaves as
 * the requested model is called: {@code slow} pauses between its words, {@code endless} never stops, {@code status-429}
 * and the like answer that, {@code usage-negative}, {@code -huge}, {@code -text}, {@code -twice} and {@code -none} lie about
 * the usage, {@code no-done} leaves the end of the stream out. Any other name echoes the last message.
 */
final class StrictLlm implements TestUpstream.Script, AutoCloseable {
    private static final long PAUSE_MILLIS = 50;

    private static final String HEADERS = "X-Request-Id: req_upstream\r\nopenai-organization: acme\r\n"
            + "x-ratelimit-remaining-tokens: 149984\r\nSet-Cookie: __cf_bm=abc; path=/; HttpOnly\r\n";

    private static final String MODEL =
            "{\"id\":\"gpt-test\",\"object\":\"model\",\"created\":1790000000,\"owned_by\":\"acme\"}";
    private static final String MODELS = "{\"object\":\"list\",\"data\":[" + MODEL
            + ",{\"id\":\"claude-test\",\"object\":\"model\",\"created\":1790000001,\"owned_by\":\"acme\"}]}";

    private final int port;
    private final List<String> violations = new CopyOnWriteArrayList<>();
    private final List<Received> requests = new CopyOnWriteArrayList<>();
    private final BlockingQueue<String> hangUps = new LinkedBlockingQueue<>();
    private final Set<OutputStream> connections = ConcurrentHashMap.newKeySet();

    /** A service that a {@link TestUpstream} on that port answers by. */
    StrictLlm(int port) {
        this.port = port;
    }

    /** What was wrong with the requests until now. */
    List<String> violations() {
        return violations;
    }

    /** The requests with that line, such as {@code POST /v1/embeddings}, until now. */
    List<Received> requests(String line) {
        return requests.stream()
                .filter(request -> request.line().equals(line + " HTTP/1.1"))
                .toList();
    }

    /** The model of each exchange that the other side ended before its answer did. */
    BlockingQueue<String> hangUps() {
        return hangUps;
    }

    /** Ends its connections, which are kept alive as those of the real services: nobody else's requests may come by them. */
    @Override
    public void close() throws IOException {
        for (OutputStream connection : connections) {
            connection.close();
        }
    }

    @Override
    public void answer(Received first, InputStream in, OutputStream out) throws Exception {
        connections.add(out);
        for (Received request = first; ; request = TestUpstream.read(in)) {
            requests.add(request);
            for (String wrong : LlmRules.violations(request, port)) {
                violations.add(request.line() + ": " + wrong);
            }
            answer(request, out);
            out.flush();
        }
    }

    private void answer(Received request, OutputStream out) throws Exception {
        switch (request.line().split("\\?| HTTP")[0]) {
            case "POST /v1/chat/completions" -> say(request, "messages", StrictLlm::chat, StrictLlm::chatEvents, out);
            case "POST /v1/responses" -> say(request, "input", StrictLlm::response, StrictLlm::responseEvents, out);
            case "POST /v1/messages" -> say(request, "messages", StrictLlm::message, StrictLlm::messageEvents, out);
            case "POST /v1/messages/count_tokens" -> out.write(json("200 OK", "{\"input_tokens\":7}"));
            case "POST /v1/embeddings" -> out.write(json("200 OK", embeddings(json(request))));
            case "GET /v1/models" -> out.write(json("200 OK", MODELS));
            case "GET /v1/models/gpt-test" -> out.write(json("200 OK", MODEL));
            default -> out.write(json("404 Not Found", error("invalid_request_error", "unknown_url", "Unknown URL")));
        }
    }

    /** What is asked for, and the words of the answer. */
    private record Asked(String model, String text, List<String> words, boolean usage) {
        String quotedText() {
            return quoted(String.join("", words));
        }
    }

    private void say(
            Received request,
            String member,
            Function<Asked, String> whole,
            Function<Asked, List<String>> events,
            OutputStream out)
            throws Exception {
        JsonObject body = json(request);
        String model = body.getString("model");
        if (model.startsWith("status-")) {
            out.write(refusal(model.substring("status-".length())));
            return;
        }
        String text = lastText(body.get(member));
        Asked asked = new Asked(
                model,
                text,
                List.of(("upstream heard: " + text).split("(?<= )")),
                body.containsKey("stream_options")
                        && body.getJsonObject("stream_options").getBoolean("include_usage", false));
        try {
            if (!body.getBoolean("stream", false)) {
                pause(model);
                out.write(json("200 OK", whole.apply(asked)));
                out.flush();
                return;
            }
            out.write(("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\n" + HEADERS
                            + "Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
            List<String> all = events.apply(asked);
            for (int i = 0; i < all.size(); i += model.equals("endless") && i == 2 ? 0 : 1) {
                out.write(TestUpstream.chunk(all.get(i)));
                out.flush();
                pause(model);
            }
            out.write(TestUpstream.chunk(""));
            out.flush();
        } catch (IOException gone) {
            hangUps.add(model);
            throw gone;
        }
    }

    private static void pause(String model) throws InterruptedException {
        if (model.equals("slow") || model.equals("endless")) {
            Thread.sleep(PAUSE_MILLIS);
        }
    }

    private static String chat(Asked asked) {
        return "{\"id\":\"chatcmpl-1\",\"object\":\"chat.completion\",\"created\":1790000000,\"model\":\""
                + asked.model()
                + "\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":" + asked.quotedText()
                + ",\"refusal\":null,\"annotations\":[]},\"logprobs\":null,\"finish_reason\":\"stop\"}],"
                + usage(asked, "\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":5,\"total_tokens\":12}")
                + "\"service_tier\":\"default\",\"system_fingerprint\":null}";
    }

    private static List<String> chatEvents(Asked asked) {
        List<String> events = new ArrayList<>();
        events.add(chatEvent("{\"role\":\"assistant\",\"content\":\"\"}", "null"));
        asked.words().forEach(word -> events.add(chatEvent("{\"content\":" + quoted(word) + "}", "null")));
        events.add(chatEvent("{}", "\"stop\""));
        if (asked.usage()) {
            String usage = usage(asked, "\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":5,\"total_tokens\":12}");
            String event = "data: {\"id\":\"chatcmpl-1\",\"object\":\"chat.completion.chunk\",\"created\":1790000000,"
                    + "\"model\":\"gpt-test\"," + usage + "\"choices\":[]}\n\n";
            events.add(event);
            if (asked.model().equals("usage-twice")) {
                events.add(event.replace("\"completion_tokens\":5", "\"completion_tokens\":6"));
            }
        }
        if (!asked.model().equals("no-done")) {
            events.add("data: [DONE]\n\n");
        }
        return events;
    }

    private static String chatEvent(String delta, String end) {
        return "data: {\"id\":\"chatcmpl-1\",\"object\":\"chat.completion.chunk\",\"created\":1790000000,"
                + "\"model\":\"gpt-test\",\"choices\":[{\"index\":0,\"delta\":" + delta + ",\"finish_reason\":" + end
                + "}]}\n\n";
    }

    private static String response(Asked asked) {
        return response(
                asked,
                "completed",
                "[" + responseItem(asked) + "]",
                usage(asked, "\"usage\":{\"input_tokens\":7,\"output_tokens\":5,\"total_tokens\":12}"));
    }

    private static String response(Asked asked, String status, String output, String usage) {
        return "{\"id\":\"resp_1\",\"object\":\"response\",\"created_at\":1790000000,\"status\":\"" + status
                + "\",\"error\":null,\"incomplete_details\":null,\"instructions\":null,\"model\":\"" + asked.model()
                + "\"," + usage + "\"output\":" + output
                + ",\"parallel_tool_calls\":true,\"tool_choice\":\"auto\",\"tools\":[]}";
    }

    private static String responseItem(Asked asked) {
        return "{\"id\":\"msg_1\",\"type\":\"message\",\"status\":\"completed\",\"role\":\"assistant\",\"content\":["
                + "{\"type\":\"output_text\",\"text\":" + asked.quotedText() + ",\"annotations\":[]}]}";
    }

    private static List<String> responseEvents(Asked asked) {
        List<String> events = new ArrayList<>();
        event(events, "response.created", "\"response\":" + response(asked, "in_progress", "[]", ""));
        event(
                events,
                "response.output_item.added",
                "\"output_index\":0,\"item\":{\"id\":\"msg_1\",\"type\":\"message\",\"status\":\"in_progress\","
                        + "\"role\":\"assistant\",\"content\":[]}");
        String at = "\"item_id\":\"msg_1\",\"output_index\":0,\"content_index\":0,";
        event(
                events,
                "response.content_part.added",
                at + "\"part\":{\"type\":\"output_text\",\"text\":\"\",\"annotations\":[]}");
        asked.words().forEach(word -> event(events, "response.output_text.delta", at + "\"delta\":" + quoted(word)));
        event(events, "response.output_text.done", at + "\"text\":" + asked.quotedText());
        event(events, "response.output_item.done", "\"output_index\":0,\"item\":" + responseItem(asked));
        event(events, "response.completed", "\"response\":" + response(asked));
        return events;
    }

    private static void event(List<String> events, String type, String members) {
        events.add("event: " + type + "\ndata: {\"type\":\"" + type + "\",\"sequence_number\":" + events.size() + ","
                + members + "}\n\n");
    }

    private static String message(Asked asked) {
        return "{\"id\":\"msg_1\",\"type\":\"message\",\"role\":\"assistant\",\"model\":\"" + asked.model()
                + "\",\"content\":[{\"type\":\"text\",\"text\":" + asked.quotedText() + "}],"
                + usage(asked, "\"usage\":{\"input_tokens\":7,\"output_tokens\":5}")
                + "\"stop_reason\":\"end_turn\",\"stop_sequence\":null}";
    }

    private static List<String> messageEvents(Asked asked) {
        List<String> events = new ArrayList<>();
        events.add(messageEvent(
                "message_start",
                ",\"message\":{\"id\":\"msg_1\",\"type\":\"message\",\"role\":\"assistant\",\"model\":\""
                        + asked.model()
                        + "\",\"content\":[]," + usage(asked, "\"usage\":{\"input_tokens\":7,\"output_tokens\":1}")
                        + "\"stop_reason\":null,\"stop_sequence\":null}"));
        events.add(messageEvent(
                "content_block_start", ",\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"\"}"));
        events.add(messageEvent("ping", ""));
        asked.words()
                .forEach(word -> events.add(messageEvent(
                        "content_block_delta",
                        ",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":" + quoted(word) + "}")));
        events.add(messageEvent("content_block_stop", ",\"index\":0"));
        String end = messageEvent(
                "message_delta",
                "," + usage(asked, "\"usage\":{\"output_tokens\":5}")
                        + "\"delta\":{\"stop_reason\":\"end_turn\",\"stop_sequence\":null}");
        events.add(end);
        if (asked.model().equals("usage-twice")) {
            events.add(end.replace("\"output_tokens\":5", "\"output_tokens\":6"));
        }
        if (!asked.model().equals("no-done")) {
            events.add(messageEvent("message_stop", ""));
        }
        return events;
    }

    private static String messageEvent(String type, String members) {
        return "event: " + type + "\ndata: {\"type\":\"" + type + "\"" + members + "}\n\n";
    }

    /** The member {@code usage} with a comma behind it, as truthful as the model is called. */
    private static String usage(Asked asked, String truth) {
        return switch (asked.model()) {
            case "usage-none" -> "";
            case "usage-negative" -> truth.replaceAll(":(\\d)", ":-$1") + ",";
            case "usage-huge" -> truth.replaceAll(":(\\d+)", ":9007199254740993$1") + ",";
            case "usage-text" -> truth.replaceAll(":(\\d+)", ":\"$1\"") + ",";
            default -> truth + ",";
        };
    }

    private static String embeddings(JsonObject body) {
        JsonValue input = body.get("input");
        int count = input instanceof JsonArray list ? list.size() : 1;
        boolean base64 = body.getString("encoding_format", "float").equals("base64");
        List<String> items = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            items.add("{\"object\":\"embedding\",\"index\":" + i + ",\"embedding\":"
                    + (base64 ? "\"AAAAPwAAgL4=\"" : "[0.5,-0.25]") + "}");
        }
        return "{\"object\":\"list\",\"data\":[" + String.join(",", items) + "],\"model\":\"" + body.getString("model")
                + "\",\"usage\":{\"prompt_tokens\":7,\"total_tokens\":7}}";
    }

    private static byte[] refusal(String status) {
        return switch (status) {
            case "400" ->
                json("400 Bad Request", error("invalid_request_error", "context_length_exceeded", "Too many tokens"));
            case "404" -> json("404 Not Found", error("invalid_request_error", "model_not_found", "No such model"));
            case "429" ->
                TestUpstream.answer(
                        "429 Too Many Requests",
                        "Content-Type: application/json\r\nRetry-After: 0\r\nx-should-retry: false\r\n",
                        error("rate_limit_exceeded", "rate_limit_exceeded", "Slow down"));
            default ->
                TestUpstream.answer(
                        status + " Error",
                        "Content-Type: application/json\r\nx-should-retry: false\r\n",
                        error("server_error", "overloaded", "The model broke"));
        };
    }

    /** An error that the libraries of both services understand. */
    private static String error(String type, String code, String message) {
        return "{\"type\":\"error\",\"error\":{\"type\":\"" + type + "\",\"code\":\"" + code + "\",\"message\":\""
                + message + "\",\"param\":null}}";
    }

    private static byte[] json(String status, String body) {
        return TestUpstream.answer(status, "Content-Type: application/json\r\n" + HEADERS, body);
    }

    private static JsonObject json(Received request) {
        return StrictJson.parse(request.body(), 64);
    }

    /** The text of the last message, or the text itself. */
    private static String lastText(JsonValue value) {
        if (value instanceof JsonString text) {
            return text.getString();
        }
        JsonArray list = value.asJsonArray();
        JsonObject last = list.getJsonObject(list.size() - 1);
        return last.containsKey("text") ? last.getString("text") : lastText(last.get("content"));
    }

    private static String quoted(String text) {
        return StrictJson.provider().createValue(text).toString();
    }
}
