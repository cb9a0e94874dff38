package com.amplihack.auth.proxy.upstream;

import java.net.http.HttpRequest;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Flow;
import java.util.concurrent.Future;
import java.util.function.BiConsumer;

/** What answers proxied requests. */
public interface Upstream {
    /**
     * A request on its way there.
     *
     * @param path with the query, as the client spelled it, from behind {@code /api} on
     * @param headers end-to-end headers alone, and ours
     */
    record Question(
            String method, String path, List<Map.Entry<String, String>> headers, HttpRequest.BodyPublisher body) {
        public Question {
            headers = List.copyOf(headers);
        }
    }

    /**
     * The answer's head, and its body to subscribe to or to turn away.
     *
     * @param headers as they came, hop-by-hop ones included
     */
    record Answer(int status, Map<String, List<String>> headers, Flow.Publisher<List<ByteBuffer>> body) {
        public Answer {
            headers = Map.copyOf(headers);
        }
    }

    /**
     * Sends it.
     *
     * @param then gets the answer's head, or else why there is none
     * @return to be cancelled by whom the answer no longer interests
     * @throws IllegalArgumentException when a header or the path cannot be sent on
     */
    Future<?> send(Question question, BiConsumer<Answer, Throwable> then);
}
