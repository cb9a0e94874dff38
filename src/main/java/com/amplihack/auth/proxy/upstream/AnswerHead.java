package com.amplihack.auth.proxy.upstream;

import jakarta.servlet.http.HttpServletResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The status and those headers of the upstream's answer that the client may see, kept apart from the response until the
 * answer's first byte goes out: what fails before is answered as if the upstream had said nothing.
 */
public final class AnswerHead {
    /** What would speak for our whole origin, navigate a browser, or name the upstream. */
    private static final Set<String> OURS_TO_CLIENT = Set.of(
            "alt-svc",
            "clear-site-data",
            "ratelimit",
            "ratelimit-policy",
            "refresh",
            "server",
            "strict-transport-security",
            "x-request-id");

    /** The same by their beginnings; the last two make a front serve files of its own. */
    private static final List<String> OURS_TO_CLIENT_BEGIN =
            List.of("x-auth-", "access-control-", "x-accel-", "x-sendfile");

    private final int status;
    private final List<Map.Entry<String, String>> headers = new ArrayList<>();
    private final boolean events;
    private OptionalLong length = OptionalLong.empty();

    /** @throws NumberFormatException for a length that is no number */
    public AnswerHead(Upstream.Answer answer, UpstreamAddresses addresses) {
        status = answer.status();
        Set<String> named = EndToEnd.namedByConnection(answer.headers().entrySet().stream()
                .filter(header -> header.getKey().equalsIgnoreCase("connection"))
                .flatMap(header -> header.getValue().stream())
                .toList());
        answer.headers().forEach((name, values) -> {
            String key = EndToEnd.key(name);
            if (key.equals("content-length")) {
                length = OptionalLong.of(Long.parseLong(values.get(0)));
            } else if (EndToEnd.crosses(key, named)
                    && !OURS_TO_CLIENT.contains(key)
                    && OURS_TO_CLIENT_BEGIN.stream().noneMatch(key::startsWith)) {
                values.forEach(value -> shown(key, EndToEnd.ascii(value), addresses)
                        .ifPresent(text -> headers.add(Map.entry(name, text))));
            }
        });
        events = headers.stream()
                .anyMatch(header -> header.getKey().equalsIgnoreCase("content-type")
                        && header.getValue().regionMatches(true, 0, "text/event-stream", 0, 17));
    }

    private static Optional<String> shown(String key, String value, UpstreamAddresses addresses) {
        return switch (key) {
            case "location", "content-location" -> addresses.shown(value);
            case "link" -> addresses.shownLinks(value);
            case "set-cookie" -> Optional.of(value).filter(cookie -> !EndToEnd.isOurs(cookie));
            default -> Optional.of(value);
        };
    }

    /** Whether the client waits for single events, and so for the head before the first of them. */
    public boolean isEventStream() {
        return events;
    }

    /** Puts it on the response; what we have set before stays as it is. */
    public void writeTo(HttpServletResponse response) {
        Set<String> before =
                response.getHeaderNames().stream().map(EndToEnd::key).collect(Collectors.toSet());
        before.remove("vary");
        response.setStatus(status);
        headers.stream()
                .filter(header -> !before.contains(EndToEnd.key(header.getKey())))
                .forEach(header -> response.addHeader(header.getKey(), header.getValue()));
        length.ifPresent(response::setContentLengthLong);
        if (events) {
            response.setHeader("X-Accel-Buffering", "no"); // or nginx in front may collect events
        }
    }
}
