package com.amplihack.auth.http;

import com.amplihack.auth.http.TestUpstream.Received;
import com.amplihack.auth.web.MalformedJsonException;
import com.amplihack.auth.web.StrictJson;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** What may reach a model's service through the proxy, and what must not. */
final class LlmRules {
    /** What every request has once. */
    private static final List<String> ONCE =
            List.of("Host", "Authorization", "Forwarded", "Via", "X-Request-Id", "X-Auth-Subject", "X-Auth-Username");

    /** The client's credentials, what concerns one connection alone, and what would claim somebody else. */
    private static final Set<String> NEVER = Set.of(
            "api-key",
            "connection",
            "cookie",
            "expect",
            "http2-settings",
            "keep-alive",
            "proxy-authorization",
            "proxy-connection",
            "session-handle",
            "te",
            "trailer",
            "upgrade",
            "x-api-key",
            "x-goog-api-key",
            "x-real-ip");

    private static final List<String> NEVER_PREFIXES = List.of("x-forwarded", "x-http-", "x-original-", "x-rewrite-");

    private LlmRules() {}

    /** What is wrong with a request to a service on that port of this machine. */
    static List<String> violations(Received request, int port) {
        List<String> wrong = new ArrayList<>();
        Predicate<String> once = name -> request.header(name).size() == 1;
        ONCE.stream().filter(once.negate()).forEach(name -> wrong.add(name + ": " + request.header(name)));
        expect(wrong, request.header("Host").equals(List.of("127.0.0.1:" + port)), "the host is not the service's own");
        expect(
                wrong,
                request.header("Authorization").equals(List.of(TestUpstream.AUTHORIZATION)),
                "Authorization is not the service's own");
        names(request)
                .filter(name -> NEVER.contains(name) || NEVER_PREFIXES.stream().anyMatch(name::startsWith))
                .forEach(name -> wrong.add(name + " came along"));
        Set<String> seen = new TreeSet<>();
        names(request).filter(name -> !seen.add(name)).forEach(name -> wrong.add(name + " is there twice"));
        String all = request.line() + "\n" + String.join("\n", request.headers()) + "\n" + text(request);
        expect(wrong, !all.contains("amp_") && !all.contains("eyJ"), "a client's credential came along");
        expect(
                wrong,
                request.headers().stream().allMatch(line -> line.matches("[!-9;-~]+: ?[ -~]*")),
                "a header is not ASCII: " + request.headers());
        expect(
                wrong,
                seen.contains("content-length") ^ seen.contains("transfer-encoding") || isGet(request),
                "framing");
        if (isGet(request)) {
            expect(wrong, request.body().length == 0 && !seen.contains("content-type"), "GET with a body");
        } else {
            body(wrong, request);
        }
        if (request.line().startsWith("POST /v1/messages")) {
            expect(
                    wrong,
                    String.join(",", request.header("anthropic-version")).matches("\\d{4}-\\d{2}-\\d{2}"),
                    "anthropic-version: " + request.header("anthropic-version"));
        }
        return wrong;
    }

    private static void body(List<String> wrong, Received request) {
        expect(
                wrong,
                request.header("Content-Type").equals(List.of("application/json")),
                "Content-Type: " + request.header("Content-Type"));
        try {
            StrictJson.parse(request.body(), 64);
        } catch (MalformedJsonException malformed) {
            wrong.add("the body is " + malformed.getMessage() + ": " + text(request));
        }
    }

    private static boolean isGet(Received request) {
        return request.line().startsWith("GET ");
    }

    private static Stream<String> names(Received request) {
        return request.headers().stream().map(line -> line.split(":", 2)[0].toLowerCase(Locale.ROOT));
    }

    private static String text(Received request) {
        return new String(request.body(), StandardCharsets.UTF_8);
    }

    private static void expect(List<String> wrong, boolean right, String otherwise) {
        if (!right) {
            wrong.add(otherwise);
        }
    }
}
