package com.amplihack.auth.proxy.upstream;

import java.net.http.HttpRequest;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Flow;
import java.util.concurrent.Future;
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

        /** The first value of a header. */
        public Optional<String> header(String name) {
            return headers.entrySet().stream()
                    .filter(header -> header.getKey().equalsIgnoreCase(name))
                    .flatMap(header -> header.getValue().stream())
                    .findFirst();
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
     * @param then gets the answer, or the failure
     * @return cancels the request
     * @throws IllegalArgumentException when a header or the path cannot be sent
     */
    Future<?> send(Request request, BiConsumer<Response, Throwable> then);
}
