package com.amplihack.auth.proxy.upstream;

import com.amplihack.auth.web.MalformedJsonException;
import com.amplihack.auth.web.StrictJson;
import jakarta.json.JsonArray;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodySubscribers;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Flow;
import java.util.concurrent.Future;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Answers chat completions in the wire format of OpenAI's API, plain or streamed, by echoing the last message, so
 * that a client can be tried without an upstream; never in production.
 */
public final class DemoUpstream implements Upstream {
    private static final String COMPLETION = template("completion.json").strip();
    private static final String CHUNK = template("chunk.sse");
    private static final String END = template("end.sse");
    private static final String REFUSAL = template("refusal.json").strip();

    @Override
    @SuppressWarnings("FutureReturnValueIgnored") // the callback gets the outcome
    public Future<?> send(Request request, BiConsumer<Response, Throwable> then) {
        var received = BodySubscribers.ofByteArray();
        request.body().subscribe(adapt(received));
        var whole = received.getBody().toCompletableFuture();
        whole.thenApply(DemoUpstream::answer).whenComplete(then);
        return whole;
    }

    /** Adapts a subscriber of buffer lists to a publisher of buffers, as the JDK has one of each. */
    private static Flow.Subscriber<ByteBuffer> adapt(Flow.Subscriber<? super List<ByteBuffer>> lists) {
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

    private static Response answer(byte[] body) {
        try {
            JsonObject request = StrictJson.parse(body);
            boolean streamed = request.getBoolean("stream", false);
            List<String> words = List.of(("[demo] You said: " + lastMessage(request)).split("(?<= )"));
            return streamed ? stream(words) : plain(words);
        } catch (MalformedJsonException malformed) {
            return refusal("The body is not acceptable: " + malformed.getMessage());
        } catch (ClassCastException | IndexOutOfBoundsException misshapen) {
            return refusal("messages: a list of {\"role\", \"content\"} is needed, with text in the last one.");
        }
    }

    /** The text of the last message, which is a string or a list of parts. */
    private static String lastMessage(JsonObject request) {
        JsonArray messages =
                request.containsKey("messages") ? request.getJsonArray("messages") : JsonValue.EMPTY_JSON_ARRAY;
        JsonValue content = messages.getJsonObject(messages.size() - 1).getOrDefault("content", JsonValue.NULL);
        if (content instanceof JsonString text) {
            return text.getString();
        }
        return content.asJsonArray().getValuesAs(JsonObject.class).stream()
                .map(part -> part.getString("text", ""))
                .collect(Collectors.joining(" "));
    }

    private static Response plain(List<String> words) {
        int count = words.size();
        return of(
                200, "application/json", Stream.of(filled(COMPLETION, json(String.join("", words)), count, 2 * count)));
    }

    private static Response stream(List<String> words) {
        Stream<String> chunks = words.stream().map(word -> filled(CHUNK, json(word)));
        return of(200, "text/event-stream", Stream.concat(chunks, Stream.of(END)));
    }

    private static Response refusal(String message) {
        return of(400, "application/json", Stream.of(filled(REFUSAL, json(message))));
    }

    private static String filled(String template, Object... values) {
        return String.format(Locale.ROOT, template, values);
    }

    private static String json(String text) {
        return StrictJson.provider().createValue(text).toString();
    }

    private static Response of(int status, String type, Stream<String> pieces) {
        var bytes = BodyPublishers.ofByteArrays(
                pieces.map(piece -> piece.getBytes(StandardCharsets.UTF_8)).toList());
        return new Response(
                status,
                Map.of("content-type", List.of(type), "x-amplihack-demo", List.of("true")),
                subscriber -> bytes.subscribe(adapt(subscriber)));
    }

    private static String template(String name) {
        try (InputStream in = DemoUpstream.class.getResourceAsStream("/demo/" + name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
