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

/** The configured upstream over HTTP/1.1, with one connection per concurrent request. */
public final class HttpUpstream implements Upstream {
    private final HttpClient http;
    private final ProxySettings settings;

    public HttpUpstream(HttpClient http, ProxySettings settings) {
        this.http = http;
        this.settings = settings;
    }

    @Override
    @SuppressWarnings("FutureReturnValueIgnored") // the callback gets the outcome
    public Future<?> send(Request request, BiConsumer<Response, Throwable> then) {
        HttpRequest.Builder builder = HttpRequest.newBuilder(
                        URI.create(settings.upstream().orElseThrow() + request.path()))
                .method(request.method(), request.body()); // no timeout: it would include a long upload
        request.headers().forEach(header -> builder.header(header.getKey(), header.getValue()));
        settings.authorization().ifPresent(secret -> builder.header("Authorization", secret.reveal()));
        var sent = http.sendAsync(builder.build(), BodyHandlers.ofPublisher());
        sent.thenApply(HttpUpstream::answer).whenComplete(then);
        return sent;
    }

    private static Response answer(HttpResponse<Flow.Publisher<List<ByteBuffer>>> response) {
        return new Response(response.statusCode(), response.headers().map(), response.body());
    }
}
