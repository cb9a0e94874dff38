package com.amplihack.auth.proxy.upstream;

import jakarta.servlet.http.HttpServletResponse;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * The status and filtered headers of the upstream's answer, applied to the response only with its first byte, so that
 * an earlier failure can still become a refusal.
 */
public final class ResponseHead {
    /** Headers that would affect our whole origin, navigate a browser, or disclose the upstream. */
    private static final Set<String> BLOCKED = Set.of(
            "alt-svc",
            "clear-site-data",
            "ratelimit",
            "ratelimit-policy",
            "refresh",
            "server",
            "strict-transport-security",
            "x-request-id");

    /** The same by prefix; the last two make a reverse proxy in front serve its own files. */
    private static final List<String> BLOCKED_PREFIXES =
            List.of("x-auth-", "access-control-", "x-accel-", "x-sendfile");

    private final int status;
    private final List<Map.Entry<String, String>> headers = new ArrayList<>();
    private final boolean eventStream;
    private OptionalLong length = OptionalLong.empty();

    /** Length, and hashes, of the bytes that were received (RFC 9530 among others). */
    private static final Set<String> OF_THE_BYTES =
            Set.of("accept-ranges", "content-digest", "content-length", "content-md5", "digest", "etag", "repr-digest");

    /**
     * Reads the head of an answer.
     *
     * @param changed whether the client may get other bytes than were received
     * @throws NumberFormatException for a malformed {@code Content-Length}
     */
    public ResponseHead(Upstream.Response answer, UrlRewriter addresses, boolean changed) {
        status = answer.status();
        Set<String> named = HeaderFilter.namedByConnection(answer.headers().getOrDefault("connection", List.of()));
        answer.headers().forEach((name, values) -> {
            String key = HeaderFilter.key(name);
            if (changed && OF_THE_BYTES.contains(key)) {
                return;
            }
            if (key.equals("content-length") && status == HttpServletResponse.SC_NO_CONTENT) {
                return; // RFC 9110 section 8.6
            }
            if (key.equals("content-length")) {
                length = OptionalLong.of(Long.parseLong(values.get(0)));
            } else if (HeaderFilter.isEndToEnd(key, named)
                    && !BLOCKED.contains(key)
                    && !HeaderFilter.startsWithAny(key, BLOCKED_PREFIXES)) {
                values.forEach(value -> shown(key, HeaderFilter.ascii(value), addresses)
                        .ifPresent(text -> headers.add(Map.entry(name, text))));
            }
        });
        eventStream = answer.isEventStream();
    }

    private static Optional<String> shown(String key, String value, UrlRewriter addresses) {
        return switch (key) {
            case "location", "content-location" -> addresses.rewrite(value);
            case "link" -> addresses.rewriteLinks(value);
            case "set-cookie" -> Optional.of(value).filter(cookie -> !HeaderFilter.isOurs(cookie));
            default -> Optional.of(value);
        };
    }

    /** Whether it is an event stream, whose head is sent before the first event. */
    public boolean isEventStream() {
        return eventStream;
    }

    /** Applies status and headers to the response, without replacing headers that are set already. */
    public void writeTo(HttpServletResponse response) {
        Set<String> present = new HashSet<>();
        for (String name : response.getHeaderNames()) {
            present.add(HeaderFilter.key(name));
        }
        present.remove("vary");
        response.setStatus(status);
        for (Map.Entry<String, String> header : headers) {
            if (!present.contains(HeaderFilter.key(header.getKey()))) {
                response.addHeader(header.getKey(), header.getValue());
            }
        }
        length.ifPresent(response::setContentLengthLong);
        if (eventStream) {
            response.setHeader("X-Accel-Buffering", "no"); // or nginx in front may buffer events
        }
    }
}
