package com.amplihack.auth.web;

import com.amplihack.auth.config.type.AddressRanges;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * The client's address behind proxies: read from the right, each address believed only as long as those further right
 * are proxies that we trust. {@code Forwarded} (RFC 7239) or {@code X-Forwarded-For}; when both came and name different
 * clients, one of them was not written by our proxy, and neither is believed.
 */
final class Forwarding {
    private static final String STANDARD = "Forwarded";
    private static final String CUSTOMARY = "X-Forwarded-For";

    private Forwarding() {}

    /** Whether the request carries a forwarding header at all. */
    static boolean isClaimed(HttpServletRequest request) {
        return request.getHeader(STANDARD) != null || request.getHeader(CUSTOMARY) != null;
    }

    /** The client's address of a request that came from a trusted proxy; empty when the headers do not tell. */
    static Optional<String> client(HttpServletRequest request, Predicate<String> trusted) {
        Optional<List<String>> read = ForwardedHeader.clients(Collections.list(request.getHeaders(STANDARD)));
        if (read.isEmpty()) {
            return Optional.empty();
        }
        List<String> standard = read.get();
        List<String> customary = customaryChain(Collections.list(request.getHeaders(CUSTOMARY)));
        Optional<String> byStandard = fromTheRight(standard, trusted);
        Optional<String> byCustom = fromTheRight(customary, trusted);
        if (!standard.isEmpty() && !customary.isEmpty() && !byStandard.equals(byCustom)) {
            return Optional.empty();
        }
        return standard.isEmpty() ? byCustom : byStandard;
    }

    /** The first one from the right that is no trusted proxy; what is no address ends the search with nothing. */
    private static Optional<String> fromTheRight(List<String> chain, Predicate<String> trusted) {
        Optional<String> nearest = Optional.empty();
        for (int i = chain.size() - 1; i >= 0; i--) {
            nearest = address(chain.get(i));
            if (nearest.isEmpty() || !trusted.test(nearest.get())) {
                return nearest;
            }
        }
        return nearest;
    }

    /** Without empty elements, which a recipient ignores (RFC 9110 section 5.6.1.2). */
    private static List<String> customaryChain(List<String> headers) {
        return headers.stream()
                .flatMap(header -> Arrays.stream(header.split(",")))
                .filter(element -> !element.isBlank())
                .toList();
    }

    /** Without port and brackets; empty for {@code unknown}, an obfuscated name or anything else. */
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
