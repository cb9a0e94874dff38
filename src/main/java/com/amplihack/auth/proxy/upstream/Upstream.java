package com.amplihack.auth.proxy.upstream;

import java.net.http.HttpRequest;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Flow;
import java.util.function.BiConsumer;

/** The backend that answers proxied requests. */
public interface Upstream {
    String EVENT_STREAM = "text/event-stream";

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

        /** The same with this {@code traceparent} instead of another one. */
        public Request tracedAs(String traceparent) {
            List<Map.Entry<String, String>> traced = new ArrayList<>(headers);
            traced.removeIf(header -> header.getKey().equalsIgnoreCase("traceparent"));
            traced.add(Map.entry("traceparent", traceparent));
            return new Request(method, path, traced, body);
        }
    }

    /**
     * The answer's head, and its body, which must be subscribed to or cancelled.
     *
     * @param headers as received, hop-by-hop ones included; found by a name in any case
     */
    record Response(int status, Map<String, List<String>> headers, Flow.Publisher<ByteBuffer> body) {
        public Response {
            Map<String, List<String>> fields = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
            fields.putAll(headers);
            headers = Collections.unmodifiableMap(fields);
        }

        /** The first value of a header. */
        public Optional<String> header(String name) {
            return Optional.ofNullable(headers.get(name)).map(values -> values.get(0));
        }

        public boolean isEventStream() {
            return header("Content-Type")
                    .filter(type -> type.regionMatches(true, 0, EVENT_STREAM, 0, EVENT_STREAM.length()))
                    .isPresent();
        }

        /** Whether a content coding hides its bytes (RFC 9110 section 8.4). */
        public boolean isEncoded() {
            return header("Content-Encoding")
                    .filter(coding -> !coding.strip().equalsIgnoreCase("identity"))
                    .isPresent();
        }
    }

    /**
     * Sends a request.
     *
     * @param then gets the answer, or the failure: a {@link java.net.ConnectException} if the upstream was not reached
     * @return cancels the request; does nothing once the answer is whole
     * @throws IllegalArgumentException when a header or the path cannot be sent
     */
    Runnable send(Request request, BiConsumer<Response, Throwable> then);
}
