package com.amplihack.auth.proxy.upstream;

import com.amplihack.auth.config.ProxySettings;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.Flow;
import java.util.concurrent.Future;
import java.util.function.BiConsumer;

/** The configured upstream, over HTTP/1.1: one connection for each request that is under way. */
public final class HttpUpstream implements Upstream {
    private final HttpClient http;
    private final ProxySettings settings;

    public HttpUpstream(HttpClient http, ProxySettings settings) {
        this.http = http;
        this.settings = settings;
    }

    @Override
    @SuppressWarnings("FutureReturnValueIgnored") // the last step tells how it went
    public Future<?> send(Question question, BiConsumer<Answer, Throwable> then) {
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        URI.create(settings.upstream().orElseThrow() + question.path()))
                .method(question.method(), question.body()); // without a time-out: that would count a steady upload
        question.headers().forEach(header -> request.header(header.getKey(), header.getValue()));
        settings.authorization().ifPresent(secret -> request.header("Authorization", secret.reveal()));
        var sent = http.sendAsync(request.build(), BodyHandlers.ofPublisher());
        sent.thenApply(HttpUpstream::answer).whenComplete(then);
        return sent;
    }

    private static Answer answer(HttpResponse<Flow.Publisher<List<ByteBuffer>>> response) {
        return new Answer(response.statusCode(), response.headers().map(), response.body());
    }
}
