package com.amplihack.auth.web;

import com.amplihack.auth.config.type.AddressRanges;
import jakarta.servlet.http.HttpServletRequest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Finds the client's address behind trusted proxies: the rightmost untrusted one in {@code Forwarded} (RFC 7239) or
 * {@code X-Forwarded-For}. If both are present and disagree, the client wrote one of them, and neither is trusted.
 * Tells the scheme by the same rule.
 */
final class ForwardedClient {
    private static final String STANDARD = "Forwarded";
    private static final String DE_FACTO = "X-Forwarded-For";

    private ForwardedClient() {}

    /** Whether the request has a forwarding header. */
    static boolean isClaimed(HttpServletRequest request) {
        return request.getHeader(STANDARD) != null || request.getHeader(DE_FACTO) != null;
    }

    /** The client's address in a trusted proxy's request; empty if the headers are malformed or contradictory. */
    static Optional<String> client(HttpServletRequest request, Predicate<String> trusted) {
        Optional<List<String>> read =
                ForwardedHeaderParser.values(Collections.list(request.getHeaders(STANDARD)), "for");
        if (read.isEmpty()) {
            return Optional.empty();
        }
        List<String> standard = read.get();
        List<String> deFacto = split(Collections.list(request.getHeaders(DE_FACTO)));
        Optional<String> byStandard = rightmostUntrusted(standard, trusted);
        Optional<String> byDeFacto = rightmostUntrusted(deFacto, trusted);
        if (!standard.isEmpty() && !deFacto.isEmpty() && !byStandard.equals(byDeFacto)) {
            return Optional.empty();
        }
        return standard.isEmpty() ? byDeFacto : byStandard;
    }

    /** Whether a trusted proxy's headers name the scheme, and name {@code https} only. */
    static boolean isHttps(HttpServletRequest request) {
        Optional<List<String>> standard =
                ForwardedHeaderParser.values(Collections.list(request.getHeaders(STANDARD)), "proto");
        List<String> named = new ArrayList<>(split(Collections.list(request.getHeaders("X-Forwarded-Proto"))));
        standard.ifPresent(
                values -> values.stream().filter(value -> !value.isEmpty()).forEach(named::add));
        return standard.isPresent()
                && !named.isEmpty()
                && named.stream().allMatch(scheme -> scheme.strip().equalsIgnoreCase("https"));
    }

    /** The leftmost address if all are trusted; empty if the search meets an entry that is not an address. */
    private static Optional<String> rightmostUntrusted(List<String> chain, Predicate<String> trusted) {
        Optional<String> nearest = Optional.empty();
        for (int i = chain.size() - 1; i >= 0; i--) {
            nearest = address(chain.get(i));
            if (nearest.isEmpty() || !trusted.test(nearest.get())) {
                return nearest;
            }
        }
        return nearest;
    }

    /** Splits a list and ignores empty elements (RFC 9110 section 5.6.1.2). */
    private static List<String> split(List<String> headers) {
        return headers.stream()
                .flatMap(header -> Arrays.stream(header.split(",")))
                .filter(element -> !element.isBlank())
                .toList();
    }

    /** Strips port and brackets; empty for {@code unknown}, an obfuscated name or anything else. */
    private static Optional<String> address(String entry) {
        String text = entry.strip();
        if (text.startsWith("[")) {
            int end = text.indexOf(']');
            text = end < 0 ? "" : text.substring(1, end);
        } else if (text.indexOf(':') >= 0 && text.indexOf(':') == text.lastIndexOf(':')) {
            text = text.substring(0, text.indexOf(':')); // IPv4 with a port
        }
        return AddressRanges.isAddress(text) ? Optional.of(AddressRanges.canonical(text)) : Optional.empty();
    }
}
