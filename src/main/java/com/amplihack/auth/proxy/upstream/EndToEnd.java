package com.amplihack.auth.proxy.upstream;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.amplihack.auth.web.CookieName;
import jakarta.servlet.http.HttpServletRequest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Which of the client's headers cross the proxy: those that are end-to-end (RFC 9110 section 7.6.1), without its
 * credentials here and without what would tell the upstream of another caller, address, method or resource.
 */
public final class EndToEnd {
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

    /** The client's credentials, and what only we may say: who asks, from where, for which resource. */
    private static final Set<String> OURS_TO_UPSTREAM = Set.of(
            "authorization",
            "client-ip",
            "cookie",
            "fastly-client-ip",
            "forwarded",
            "forwarded-for",
            "proxy", // httpoxy: CGI reads it as HTTP_PROXY
            "remote-addr",
            "remote-user",
            "session-handle",
            "true-client-ip",
            "x-client-ip",
            "x-cluster-client-ip",
            "x-host",
            "x-method-override",
            "x-real-ip",
            "x-request-id");

    /** The same by their beginnings. */
    private static final List<String> OURS_TO_UPSTREAM_BEGIN = List.of(
            "cf-connecting-",
            "x-auth-",
            "x-envoy-",
            "x-forwarded",
            "x-http-",
            "x-original-",
            "x-remote-",
            "x-rewrite-");

    private static final Set<String> COOKIES = Stream.of(CookieName.values())
            .flatMap(name -> Stream.of(name.name(true), name.name(false)))
            .map(name -> name.toLowerCase(Locale.ROOT))
            .collect(Collectors.toUnmodifiableSet());

    private static final Pattern NOT_ASCII = Pattern.compile("[^\\x00-\\x7E]");
    private static final Pattern NO_LETTER = Pattern.compile("[^a-z0-9]");

    private EndToEnd() {}

    /** The client's headers that the upstream may see, its cookies without ours among them. */
    public static List<Map.Entry<String, String>> of(HttpServletRequest request) {
        Set<String> named = namedByConnection(Collections.list(request.getHeaders("Connection")));
        List<Map.Entry<String, String>> headers = new ArrayList<>();
        for (String name : Collections.list(request.getHeaderNames())) {
            String key = key(name);
            if (crosses(key, named)
                    && !OURS_TO_UPSTREAM.contains(key)
                    && OURS_TO_UPSTREAM_BEGIN.stream().noneMatch(key::startsWith)) {
                Collections.list(request.getHeaders(name)).forEach(value -> headers.add(Map.entry(name, ascii(value))));
            }
        }
        String cookies = foreignCookies(Collections.list(request.getHeaders("Cookie")));
        if (!cookies.isEmpty()) {
            headers.add(Map.entry("Cookie", ascii(cookies)));
        }
        return headers;
    }

    static boolean crosses(String key, Set<String> namedByConnection) {
        return !HOP_BY_HOP.contains(key) && !namedByConnection.contains(key);
    }

    /** The name as it is compared: CGI and its heirs read all but letters and digits as one and the same. */
    static String key(String name) {
        return NO_LETTER.matcher(name.toLowerCase(Locale.ROOT)).replaceAll("-");
    }

    /**
     * The value without bytes above 0x7E, each percent-encoded: Payara would send a blank instead, the JDK's client a
     * question mark.
     */
    static String ascii(String value) {
        return NOT_ASCII.matcher(value).replaceAll(found -> {
            String text = found.group();
            // one character for each byte, as both read headers; if not, what it is in UTF-8
            byte[] bytes = text.getBytes(text.charAt(0) <= 0xFF ? ISO_8859_1 : UTF_8);
            StringBuilder encoded = new StringBuilder();
            for (byte b : bytes) {
                encoded.append(String.format(Locale.ROOT, "%%%02X", b));
            }
            return encoded.toString();
        });
    }

    static Set<String> namedByConnection(Collection<String> values) {
        return values.stream()
                .flatMap(value -> Arrays.stream(value.split(",")))
                .map(name -> key(name.strip()))
                .collect(Collectors.toSet());
    }

    private static String foreignCookies(List<String> headers) {
        return headers.stream()
                .flatMap(header -> Arrays.stream(header.split(";")))
                .map(String::strip)
                .filter(cookie -> !cookie.isEmpty() && !isOurs(cookie))
                .collect(Collectors.joining("; "));
    }

    /** Of {@code name=value}, with or without attributes. */
    static boolean isOurs(String cookie) {
        return COOKIES.contains(cookie.split("[=;]", 2)[0].strip().toLowerCase(Locale.ROOT));
    }
}
