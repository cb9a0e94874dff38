package com.amplihack.auth.proxy.demo;

import com.amplihack.auth.proxy.upstream.Upstream;
import com.amplihack.auth.web.MalformedJsonException;
import com.amplihack.auth.web.StrictJson;
import jakarta.json.JsonObject;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodySubscribers;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Flow;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Answers in the wire formats of OpenAI's API (chat completions, responses, embeddings, models) and of Anthropic's
 * (messages, count_tokens, models), plain or streamed, by echoing the last message, so that a client can be tried without
 * an upstream; never in production.
 */
public final class DemoUpstream implements Upstream {
    /** What {@code /models} lists; any other name is answered as well. */
    static final List<String> MODELS = List.of("amplihack-demo", "amplihack-demo-mini");

    /** As deep as the JSON schema of a tool. */
    private static final int DEPTH = 64;

    private static final String ONE_MODEL = "/models/";

    private static final Template MODEL = Template.json("model");
    private static final Template MODEL_LIST = Template.json("models");
    private static final Template TOKENS = Template.json("tokens");
    private static final Template REFUSAL = Template.json("refusal");

    @Override
    @SuppressWarnings("FutureReturnValueIgnored") // the callback gets the outcome
    public Runnable send(Request request, BiConsumer<Response, Throwable> then) {
        var received = BodySubscribers.ofByteArray();
        request.body().subscribe(adapt(received));
        var whole = received.getBody().toCompletableFuture();
        whole.thenApply(body -> response(answer(request, body))).whenComplete(then);
        return () -> whole.cancel(true);
    }

    /** Adapts a subscriber of buffer lists to a publisher of buffers, as the JDK has one of each. */
    static Flow.Subscriber<ByteBuffer> adapt(Flow.Subscriber<? super List<ByteBuffer>> lists) {
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

    private static Answer answer(Request request, byte[] body) {
        String path = request.path().split("\\?", 2)[0];
        return switch (request.method()) {
            case "GET" -> path.equals("/models") ? models() : model(path);
            case "POST" -> posted(path, body);
            default -> unknown(path);
        };
    }

    private static Answer posted(String path, byte[] body) {
        Optional<TextApi> text = TextApi.at(path);
        if (text.isPresent()) {
            return answer(body, text.get().member(), text.get()::answer);
        }
        if (path.equals("/embeddings")) {
            return answer(body, Embeddings.MEMBER, Embeddings::answer);
        }
        if (path.equals(TextApi.MESSAGES.path() + "/count_tokens")) {
            return answer(body, TextApi.MESSAGES.member(), DemoUpstream::tokens);
        }
        return unknown(path);
    }

    private static Answer answer(byte[] body, String member, Function<JsonObject, Answer> by) {
        try {
            return by.apply(StrictJson.parse(body, DEPTH));
        } catch (MalformedJsonException malformed) {
            return refusal(400, "invalid_request_error", "The body is not acceptable: " + malformed.getMessage());
        } catch (ClassCastException | IndexOutOfBoundsException misshapen) {
            return refusal(
                    400,
                    "invalid_request_error",
                    member + ": a text is needed, or a list whose last element has one; other members as documented.");
        }
    }

    private static Answer tokens(JsonObject request) {
        Question question = Question.of(request, TextApi.MESSAGES.member());
        return Answer.json(200, TOKENS.fill(Map.of("input", question.tokens())));
    }

    private static Answer models() {
        return Answer.json(
                200,
                MODEL_LIST.fill(Map.of(
                        "items",
                        MODELS.stream().map(DemoUpstream::described).collect(Collectors.joining(",")),
                        "first",
                        Template.quoted(MODELS.get(0)),
                        "last",
                        Template.quoted(MODELS.get(MODELS.size() - 1)))));
    }

    private static Answer model(String path) {
        return MODELS.stream()
                .filter(model -> path.equals(ONE_MODEL + model))
                .findFirst()
                .map(model -> Answer.json(200, described(model)))
                .orElseGet(() -> unknown(path));
    }

    private static String described(String model) {
        return MODEL.fill(Map.of("model", Template.quoted(model)));
    }

    private static Answer unknown(String path) {
        return refusal(404, "not_found_error", "The demo knows nothing at " + path + " for this method.");
    }

    private static Answer refusal(int status, String type, String message) {
        return Answer.json(status, REFUSAL.fill(Map.of("type", type, "message", Template.quoted(message))));
    }

    private static Response response(Answer answer) {
        var bytes = BodyPublishers.ofByteArrays(answer.pieces().stream()
                .map(piece -> piece.getBytes(StandardCharsets.UTF_8))
                .toList());
        return new Response(
                answer.status(),
                Map.of("content-type", List.of(answer.type()), "x-amplihack-demo", List.of("true")),
                bytes);
    }
}
