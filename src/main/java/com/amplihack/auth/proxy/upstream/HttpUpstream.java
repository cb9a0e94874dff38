package com.amplihack.auth.proxy.upstream;

import com.amplihack.auth.config.type.UpstreamTarget.Credential;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublisher;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.apache.hc.core5.http.message.BasicHttpRequest;
import org.apache.hc.core5.http.nio.AsyncEntityProducer;
import org.apache.hc.core5.http.nio.support.BasicRequestProducer;
import org.apache.hc.core5.reactive.ReactiveEntityProducer;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.FlowAdapters;

/** A configured upstream over HTTP/1.1, with one connection per concurrent request. */
public final class HttpUpstream implements Upstream {
    /** What a field name may hold besides letters and digits (RFC 9110 sections 5.1 and 5.6.2). */
    private static final String TOKEN = "!#$%&'*+-.^_`|~";

    private final UpstreamClient client;
    private final URI url;
    private final Optional<Credential> credential;

    /** @param url without a trailing slash */
    public HttpUpstream(UpstreamClient client, URI url, Optional<Credential> credential) {
        this.client = client;
        this.url = url;
        this.credential = credential;
    }

    @Override
    public Runnable send(Request request, BiConsumer<Response, Throwable> then) {
        BasicHttpRequest head = new BasicHttpRequest(request.method(), URI.create(url + request.path()));
        String ours =
                credential.map(header -> HeaderFilter.key(header.header())).orElse("");
        for (Map.Entry<String, String> header : request.headers()) {
            if (ours.isEmpty() || !HeaderFilter.key(header.getKey()).equals(ours)) {
                add(head, header.getKey(), header.getValue());
            }
        }
        credential.ifPresent(header -> add(head, header.header(), header.value().reveal()));
        PendingAnswer answer = new PendingAnswer(then);
        return answer.cancelling(client.execute(new BasicRequestProducer(head, entity(request.body())), answer));
    }

    private static void add(BasicHttpRequest head, String name, String value) {
        if (!isFieldName(name) || !isFieldValue(value)) {
            throw new IllegalArgumentException("No header field can hold this: " + name);
        }
        head.addHeader(name, value);
    }

    private static boolean isFieldName(String name) {
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            boolean alphanumeric = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
            if (!alphanumeric && TOKEN.indexOf(c) < 0) {
                return false;
            }
        }
        return !name.isEmpty();
    }

    /** RFC 9110 section 5.5; what lies beyond ASCII is encoded by then. */
    private static boolean isFieldValue(String value) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if ((c < ' ' && c != '\t') || c > '~') {
                return false;
            }
        }
        return true;
    }

    private static @Nullable AsyncEntityProducer entity(BodyPublisher body) {
        return body.contentLength() == 0
                ? null
                : new ReactiveEntityProducer(FlowAdapters.toPublisher(body), body.contentLength(), null, null);
    }
}
