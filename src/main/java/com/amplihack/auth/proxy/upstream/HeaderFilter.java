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
 * Filters the request headers that are forwarded: only end-to-end ones (RFC 9110 section 7.6.1), without the client's
 * credentials and without any that could forge its identity, address, method or resource.
 */
public final class HeaderFilter {
    /** RFC 9110 section 7.6.1, and message framing; {@code Connection} may name more. */
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

    /** The client's credentials, and headers that claim its identity, address or resource. */
    private static final Set<String> BLOCKED = Set.of(
            "api-key",
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
            "x-api-key",
            "x-client-ip",
            "x-cluster-client-ip",
            "x-goog-api-key",
            "x-host",
            "x-method-override",
            "x-real-ip",
            "x-request-id");

    /** The same by prefix. */
    private static final List<String> BLOCKED_PREFIXES = List.of(
            "cf-connecting-",
            "x-auth-",
            "x-envoy-",
            "x-forwarded",
            "x-http-",
            "x-original-",
            "x-remote-",
            "x-rewrite-");

    private static final Set<String> CODINGS =
            Set.of("a-im", "accept-encoding", "if-match", "if-none-match", "if-range", "range");

    private static final Set<String> COOKIES = Stream.of(CookieName.values())
            .flatMap(name -> Stream.of(name.name(true), name.name(false)))
            .map(name -> name.toLowerCase(Locale.ROOT))
            .collect(Collectors.toUnmodifiableSet());

    private static final Pattern NOT_ASCII = Pattern.compile("[^\\x00-\\x7E]");
    private static final Pattern NOT_ALPHANUMERIC = Pattern.compile("[^a-z0-9]");

    private HeaderFilter() {}

    /** The request's headers to forward, with its cookies except ours. */
    public static List<Map.Entry<String, String>> of(HttpServletRequest request) {
        Set<String> named = namedByConnection(Collections.list(request.getHeaders("Connection")));
        List<Map.Entry<String, String>> headers = new ArrayList<>();
        for (String name : Collections.list(request.getHeaderNames())) {
            String key = key(name);
            if (isEndToEnd(key, named) && !BLOCKED.contains(key) && !startsWithAny(key, BLOCKED_PREFIXES)) {
                Collections.list(request.getHeaders(name)).forEach(value -> headers.add(Map.entry(name, ascii(value))));
            }
        }
        String cookies = withoutOurCookies(Collections.list(request.getHeaders("Cookie")));
        if (!cookies.isEmpty()) {
            headers.add(Map.entry("Cookie", ascii(cookies)));
        }
        return headers;
    }

    /** Takes out what would let the upstream answer in a coding or in part, of an answer that is read here. */
    public static void askForPlainAnswer(List<Map.Entry<String, String>> headers) {
        headers.removeIf(header -> CODINGS.contains(key(header.getKey())));
    }

    static boolean startsWithAny(String key, List<String> prefixes) {
        for (String prefix : prefixes) {
            if (key.startsWith(prefix)) {
                return true;
            }
        }
        return false;
    }

    static boolean isEndToEnd(String key, Set<String> namedByConnection) {
        return !HOP_BY_HOP.contains(key) && !namedByConnection.contains(key);
    }

    /** The name normalized for comparison: CGI treats all characters but letters and digits as the same. */
    public static String key(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return isKey(lower) ? lower : NOT_ALPHANUMERIC.matcher(lower).replaceAll("-");
    }

    private static boolean isKey(String lower) {
        for (int i = 0; i < lower.length(); i++) {
            char c = lower.charAt(i);
            if ((c < 'a' || c > 'z') && c != '-' && (c < '0' || c > '9')) {
                return false;
            }
        }
        return true;
    }

    /** Percent-encodes bytes above 0x7E, which Payara would replace by a space. */
    static String ascii(String value) {
        return isAscii(value) ? value : encoded(value);
    }

    private static boolean isAscii(String value) {
        for (int i = 0; i < value.length(); i++) {
            if (value.charAt(i) > 0x7E) {
                return false;
            }
        }
        return true;
    }

    private static String encoded(String value) {
        return NOT_ASCII.matcher(value).replaceAll(found -> {
            String text = found.group();
            // headers are read as ISO 8859-1, one character per byte; anything beyond is encoded as UTF-8
            byte[] bytes = text.getBytes(text.charAt(0) <= 0xFF ? ISO_8859_1 : UTF_8);
            StringBuilder encoded = new StringBuilder();
            for (byte b : bytes) {
                encoded.append(String.format(Locale.ROOT, "%%%02X", b));
            }
            return encoded.toString();
        });
    }

    static Set<String> namedByConnection(Collection<String> values) {
        return values.isEmpty()
                ? Set.of()
                : values.stream()
                        .flatMap(value -> Arrays.stream(value.split(",")))
                        .map(name -> key(name.strip()))
                        .collect(Collectors.toSet());
    }

    private static String withoutOurCookies(List<String> headers) {
        return headers.stream()
                .flatMap(header -> Arrays.stream(header.split(";")))
                .map(String::strip)
                .filter(cookie -> !cookie.isEmpty() && !isOurs(cookie))
                .collect(Collectors.joining("; "));
    }

    /** Whether a cookie ({@code name=value}, with or without attributes) is one of ours. */
    static boolean isOurs(String cookie) {
        int end = 0;
        while (end < cookie.length() && cookie.charAt(end) != '=' && cookie.charAt(end) != ';') {
            end++;
        }
        return COOKIES.contains(cookie.substring(0, end).strip().toLowerCase(Locale.ROOT));
    }
}
