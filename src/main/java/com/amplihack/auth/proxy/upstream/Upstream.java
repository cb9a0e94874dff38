package com.amplihack.auth.proxy.upstream;

import java.net.http.HttpRequest;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Flow;
import java.util.concurrent.Future;
import java.util.function.BiConsumer;

/** The backend that answers proxied requests. */
public interface Upstream {
    /**
     * A request to the upstream.
     *
     * @param path the part after {@code /api} as the client spelled it, with the query
     * @param headers the client's end-to-end headers, and ours
     */
    record Request(
            String method, String path, List<Map.Entry<String, String>> headers, HttpRequest.BodyPublisher body) {
        public Request {
            headers = List.copyOf(headers);
        }
    }

    /**
     * The answer's head, and its body, which must be subscribed to or cancelled.
     *
     * @param headers as received, hop-by-hop ones included
     */
    record Response(int status, Map<String, List<String>> headers, Flow.Publisher<List<ByteBuffer>> body) {
        public Response {
            headers = Map.copyOf(headers);
        }
    }

    /**
     * Sends a request.
     *
     * @param then gets the answer, or the failure
     * @return cancels the request
     * @throws IllegalArgumentException when a header or the path cannot be sent
     */
    Future<?> send(Request request, BiConsumer<Response, Throwable> then);
}
