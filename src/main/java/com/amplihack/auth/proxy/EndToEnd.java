package com.amplihack.auth.proxy;

import com.amplihack.auth.admission.CookieName;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Which headers cross the proxy: those that are end-to-end (RFC 9110 section 7.6.1), without what is between the client
 * and us. Names are compared with underscores read as dashes, as many an upstream reads them.
 */
final class EndToEnd {
    /** RFC 9110 section 7.6.1 and what frames a message; {@code Connection} may name more. */
    private static final Set<String> HOP_BY_HOP = Set.of(
            "connection",
            "content-length",
            "expect",
            "host",
            "http2-settings",
            "keep-alive",
            "proxy-authenticate",
            "proxy-authentication-info",
            "proxy-authorization",
            "proxy-connection",
            "te",
            "trailer",
            "transfer-encoding",
            "upgrade");

    /** The client's credentials, and what we say ourselves. */
    private static final Set<String> OURS_TO_UPSTREAM =
            Set.of("authorization", "cookie", "forwarded", "session-handle", "x-real-ip", "x-request-id");

    /** What would speak for our whole origin. */
    private static final Set<String> OURS_TO_CLIENT = Set.of(
            "alt-svc",
            "clear-site-data",
            "ratelimit",
            "ratelimit-policy",
            "server",
            "set-cookie",
            "strict-transport-security",
            "x-request-id");

    private static final Set<String> COOKIES = Stream.of(CookieName.values())
            .flatMap(name -> Stream.of(name.name(true), name.name(false)))
            .map(name -> name.toLowerCase(Locale.ROOT))
            .collect(Collectors.toUnmodifiableSet());

    private EndToEnd() {}

    /** The client's headers that the upstream may see, its cookies without ours among them. */
    static List<Map.Entry<String, String>> of(HttpServletRequest request) {
        Set<String> named = namedByConnection(Collections.list(request.getHeaders("Connection")));
        List<Map.Entry<String, String>> headers = new ArrayList<>();
        for (String name : Collections.list(request.getHeaderNames())) {
            String key = key(name);
            if (crosses(key, named)
                    && !OURS_TO_UPSTREAM.contains(key)
                    && !key.startsWith("x-auth-")
                    && !key.startsWith("x-forwarded-")) {
                Collections.list(request.getHeaders(name)).forEach(value -> headers.add(Map.entry(name, value)));
            }
        }
        String cookies = foreignCookies(Collections.list(request.getHeaders("Cookie")));
        if (!cookies.isEmpty()) {
            headers.add(Map.entry("Cookie", cookies));
        }
        return headers;
    }

    /** Puts the upstream's headers on the response; what we have set before stays as it is. */
    static void copy(Map<String, List<String>> headers, HttpServletResponse response) {
        Set<String> named = namedByConnection(valuesOf("connection", headers));
        Set<String> before =
                response.getHeaderNames().stream().map(EndToEnd::key).collect(Collectors.toSet());
        before.remove("vary");
        headers.forEach((name, values) -> {
            String key = key(name);
            if (crosses(key, named)
                    && !before.contains(key)
                    && !OURS_TO_CLIENT.contains(key)
                    && !key.startsWith("x-auth-")
                    && !key.startsWith("access-control-")) {
                values.forEach(value -> response.addHeader(name, value));
            }
        });
        valuesOf("set-cookie", headers).stream()
                .filter(cookie -> !isOurs(cookie))
                .forEach(cookie -> response.addHeader("Set-Cookie", cookie));
        valuesOf("content-length", headers).stream()
                .findFirst()
                .ifPresent(length -> response.setContentLengthLong(Long.parseLong(length)));
    }

    private static boolean crosses(String key, Set<String> namedByConnection) {
        return !HOP_BY_HOP.contains(key) && !namedByConnection.contains(key);
    }

    private static String key(String name) {
        return name.toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static Set<String> namedByConnection(Collection<String> values) {
        return values.stream()
                .flatMap(value -> Arrays.stream(value.split(",")))
                .map(name -> key(name.strip()))
                .collect(Collectors.toSet());
    }

    private static List<String> valuesOf(String wanted, Map<String, List<String>> headers) {
        return headers.entrySet().stream()
                .filter(header -> header.getKey().equalsIgnoreCase(wanted))
                .flatMap(header -> header.getValue().stream())
                .toList();
    }

    private static String foreignCookies(List<String> headers) {
        return headers.stream()
                .flatMap(header -> Arrays.stream(header.split(";")))
                .map(String::strip)
                .filter(cookie -> !cookie.isEmpty() && !isOurs(cookie))
                .collect(Collectors.joining("; "));
    }

    /** Of {@code name=value}, with or without attributes. */
    private static boolean isOurs(String cookie) {
        return COOKIES.contains(cookie.split("[=;]", 2)[0].strip().toLowerCase(Locale.ROOT));
    }
}
