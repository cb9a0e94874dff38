package com.amplihack.auth.proxy;

import com.amplihack.auth.config.ProxySettings;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.concurrent.CompletableFuture;

/** The configured upstream, over HTTP/1.1: one connection for each request that is under way. */
final class HttpUpstream implements Upstream {
    private final HttpClient http;
    private final ProxySettings settings;

    HttpUpstream(HttpClient http, ProxySettings settings) {
        this.http = http;
        this.settings = settings;
    }

    @Override
    public CompletableFuture<Answer> send(Question question) {
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        URI.create(settings.upstream().orElseThrow() + question.path()))
                .method(question.method(), question.body())
                .timeout(settings.timeout());
        question.headers().forEach(header -> request.header(header.getKey(), header.getValue()));
        settings.authorization().ifPresent(secret -> request.header("Authorization", secret.reveal()));
        var sent = http.sendAsync(request.build(), BodyHandlers.ofPublisher());
        CompletableFuture<Answer> answer = sent.thenApply(
                response -> new Answer(response.statusCode(), response.headers().map(), response.body()));
        return answer.whenComplete((head, failed) -> {
            if (answer.isCancelled()) {
                sent.cancel(true);
            }
        });
    }
}
