package com.amplihack.auth.proxy.upstream;

import com.amplihack.auth.config.type.UpstreamTarget.Credential;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Flow;
import java.util.concurrent.Future;
import java.util.function.BiConsumer;

/** A configured upstream over HTTP/1.1, with one connection per concurrent request. */
public final class HttpUpstream implements Upstream {
    private final HttpClient http;
    private final URI url;
    private final Optional<Credential> credential;

    /** @param url without a trailing slash */
    public HttpUpstream(HttpClient http, URI url, Optional<Credential> credential) {
        this.http = http;
        this.url = url;
        this.credential = credential;
    }

    @Override
    @SuppressWarnings("FutureReturnValueIgnored") // the callback gets the outcome
    public Future<?> send(Request request, BiConsumer<Response, Throwable> then) {
        HttpRequest.Builder builder = HttpRequest.newBuilder(URI.create(url + request.path()))
                .method(request.method(), request.body()); // no timeout: it would include a long upload
        String ours =
                credential.map(header -> HeaderFilter.key(header.header())).orElse("");
        request.headers().stream()
                .filter(header -> !HeaderFilter.key(header.getKey()).equals(ours))
                .forEach(header -> builder.header(header.getKey(), header.getValue()));
        credential.ifPresent(
                header -> builder.header(header.header(), header.value().reveal()));
        var sent = http.sendAsync(builder.build(), BodyHandlers.ofPublisher());
        sent.thenApply(HttpUpstream::answer).whenComplete(then);
        return sent;
    }

    private static Response answer(HttpResponse<Flow.Publisher<List<ByteBuffer>>> response) {
        return new Response(response.statusCode(), response.headers().map(), response.body());
    }
}
