package com.amplihack.auth.proxy;

import com.amplihack.auth.proxy.llm.AnswerFilter;
import com.amplihack.auth.proxy.upstream.ForwardedHeaders;
import com.amplihack.auth.proxy.upstream.ForwardedPath;
import com.amplihack.auth.proxy.upstream.HeaderFilter;
import com.amplihack.auth.proxy.upstream.Upstream;
import com.amplihack.auth.proxy.upstream.UrlRewriter;
import com.amplihack.auth.token.Caller;
import com.amplihack.auth.token.IdentityHeaders;
import com.amplihack.auth.web.ClientContext;
import com.amplihack.auth.web.PublicBaseUrl;
import jakarta.servlet.http.HttpServletRequest;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublisher;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** One request on its way to an upstream: what is told of it, but for its caller and its body, which may come later. */
final class Forwarding {
    private final Upstream upstream;
    private final String method;
    private final String path;
    private final String decodedPath;
    private final List<Map.Entry<String, String>> headers;
    private final UrlRewriter rewriter;

    /**
     * Reads all of a request but its body.
     *
     * @param base the upstream's URL
     * @throws com.amplihack.auth.problem.AuthException {@code invalid_request} for a path that is not forwarded
     */
    Forwarding(HttpServletRequest request, Upstream upstream, URI base, PublicBaseUrl reached, ClientContext client) {
        this.upstream = upstream;
        method = request.getMethod();
        path = ForwardedPath.of(request);
        decodedPath = ForwardedPath.decoded(request);
        headers = HeaderFilter.of(request);
        headers.addAll(ForwardedHeaders.of(request, client, reached.https()));
        rewriter = new UrlRewriter(base, path, ForwardedPath.mount(request, reached));
    }

    /** Below {@code /api}. */
    String decodedPath() {
        return decodedPath;
    }

    /**
     * What the upstream is told in headers of a name, however spelled.
     *
     * @param key see {@link HeaderFilter#key}
     */
    List<String> headers(String key) {
        return headers.stream()
                .filter(header -> HeaderFilter.key(header.getKey()).equals(key))
                .map(Map.Entry::getValue)
                .toList();
    }

    /** Tells the upstream on whose behalf the request is. */
    void identify(Caller caller) {
        IdentityHeaders.of(caller).forEach((name, value) -> headers.add(Map.entry(name, value)));
    }

    /** Asks for an answer that can be read on its way. */
    void askForPlainAnswer() {
        HeaderFilter.askForPlainAnswer(headers);
    }

    void send(Exchange exchange, BodyPublisher body, Function<Upstream.Response, AnswerFilter> filters) {
        exchange.send(upstream, new Upstream.Request(method, path, headers, body), rewriter, filters);
    }
}
