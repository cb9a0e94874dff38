package com.amplihack.auth.proxy.upstream;

import com.amplihack.auth.web.MalformedJsonException;
import com.amplihack.auth.web.StrictJson;
import jakarta.json.JsonArray;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import jakarta.json.spi.JsonProvider;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodySubscribers;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Flow;
import java.util.concurrent.Future;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;

/**
 * Answers chat completions itself, in the wire format of OpenAI's API, plain and streamed: it echoes the last message,
 * so that a client can be tried before there is an upstream. Each answer says that it is a demonstration. Never in
 * production.
 */
public final class DemoUpstream implements Upstream {
    private static final JsonProvider JSON = StrictJson.provider();
    private static final String MODEL = "amplihack-demo";

    @Override
    @SuppressWarnings("FutureReturnValueIgnored") // the last step tells how it went
    public Future<?> send(Question question, BiConsumer<Answer, Throwable> then) {
        var received = BodySubscribers.ofByteArray();
        question.body().subscribe(one(received));
        var whole = received.getBody().toCompletableFuture();
        whole.thenApply(DemoUpstream::answer).whenComplete(then);
        return whole;
    }

    /** The JDK publishes buffers, and subscribes to lists of them. */
    private static Flow.Subscriber<ByteBuffer> one(Flow.Subscriber<? super List<ByteBuffer>> lists) {
        return new Flow.Subscriber<>() {
            @Override
            public void onSubscribe(Flow.Subscription subscription) {
                lists.onSubscribe(subscription);
            }

            @Override
            public void onNext(ByteBuffer bytes) {
                lists.onNext(List.of(bytes));
            }

            @Override
            public void onError(Throwable failure) {
                lists.onError(failure);
            }

            @Override
            public void onComplete() {
                lists.onComplete();
            }
        };
    }

    private static Answer answer(byte[] body) {
        String said;
        boolean streamed;
        try {
            JsonObject question = StrictJson.parse(body);
            streamed = question.getBoolean("stream", false);
            said = lastMessage(question);
        } catch (MalformedJsonException malformed) {
            return refusal("The body is not acceptable: " + malformed.getMessage());
        } catch (ClassCastException | IndexOutOfBoundsException misshapen) {
            return refusal("messages: a list of {\"role\", \"content\"} is needed, with text in the last one.");
        }
        String reply = "[demo] You said: " + said;
        return streamed ? stream(reply) : plain(reply);
    }

    /** The text of the last message, which is a string or a list of parts. */
    private static String lastMessage(JsonObject question) {
        JsonArray messages =
                question.containsKey("messages") ? question.getJsonArray("messages") : JsonValue.EMPTY_JSON_ARRAY;
        JsonValue content = messages.getJsonObject(messages.size() - 1).getOrDefault("content", JsonValue.NULL);
        if (content instanceof JsonString text) {
            return text.getString();
        }
        return content.asJsonArray().getValuesAs(JsonObject.class).stream()
                .map(part -> part.getString("text", ""))
                .collect(Collectors.joining(" "));
    }

    private static Answer plain(String reply) {
        int words = words(reply).size();
        JsonObject answer = envelope(
                        "chat.completion",
                        JSON.createObjectBuilder()
                                .add("index", 0)
                                .add("message", message(reply))
                                .add("finish_reason", "stop"))
                .add(
                        "usage",
                        JSON.createObjectBuilder()
                                .add("prompt_tokens", words)
                                .add("completion_tokens", words)
                                .add("total_tokens", 2 * words))
                .build();
        return of(200, "application/json", List.of(answer.toString()));
    }

    private static Answer stream(String reply) {
        List<String> events = new ArrayList<>();
        words(reply)
                .forEach(word -> events.add(event(JSON.createObjectBuilder()
                        .add("index", 0)
                        .add("delta", message(word))
                        .addNull("finish_reason"))));
        events.add(event(JSON.createObjectBuilder()
                .add("index", 0)
                .add("delta", JSON.createObjectBuilder())
                .add("finish_reason", "stop")));
        events.add("data: [DONE]\n\n");
        return of(200, "text/event-stream", events);
    }

    private static List<String> words(String text) {
        return List.of(text.split("(?<= )"));
    }

    private static JsonObjectBuilder message(String content) {
        return JSON.createObjectBuilder().add("role", "assistant").add("content", content);
    }

    private static String event(JsonObjectBuilder choice) {
        return "data: " + envelope("chat.completion.chunk", choice).build() + "\n\n";
    }

    private static JsonObjectBuilder envelope(String object, JsonObjectBuilder choice) {
        return JSON.createObjectBuilder()
                .add("id", "chatcmpl-demo")
                .add("object", object)
                .add("created", 0)
                .add("model", MODEL)
                .add("system_fingerprint", "demo")
                .add("choices", JSON.createArrayBuilder().add(choice));
    }

    private static Answer refusal(String message) {
        JsonObject error = JSON.createObjectBuilder()
                .add(
                        "error",
                        JSON.createObjectBuilder()
                                .add("message", message)
                                .add("type", "invalid_request_error")
                                .add("code", "demo"))
                .build();
        return of(400, "application/json", List.of(error.toString()));
    }

    private static Answer of(int status, String type, List<String> pieces) {
        var bytes = BodyPublishers.ofByteArrays(pieces.stream()
                .map(piece -> piece.getBytes(StandardCharsets.UTF_8))
                .toList());
        return new Answer(
                status,
                Map.of("content-type", List.of(type), "x-amplihack-demo", List.of("true")),
                subscriber -> bytes.subscribe(one(subscriber)));
    }
}
