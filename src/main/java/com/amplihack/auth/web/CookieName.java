package com.amplihack.auth.web;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/** The cookies of this service, under the names that {@code auth.cookie.prefix} gives them (RFC 6265bis 4.1.3). */
public enum CookieName {
    REFRESH_TOKEN("__Secure-", "refresh_token"),
    SESSION_ID("__Host-", "session_id"),
    DEVICE("__Secure-", "device");

    private final String prefix;
    private final String plain;

    CookieName(String prefix, String plain) {
        this.prefix = prefix;
        this.plain = plain;
    }

    public String name(boolean prefixed) {
        return prefixed ? prefix + plain : plain;
    }

    /**
     * The values of every cookie of that name: a neighbour may have tossed one in front of ours. The header is read as
     * browsers write it, with {@code ;} alone between cookies (RFC 6265 section 4.2.1): a comma, quote or brace in somebody
     * else's value neither hides nor makes one of ours. The server's own parser has other rules.
     */
    public List<String> valuesIn(HttpServletRequest request, boolean prefixed) {
        String begin = name(prefixed) + "=";
        return Collections.list(request.getHeaders("Cookie")).stream()
                .flatMap(header -> Arrays.stream(header.split(";")))
                .map(String::strip)
                .filter(cookie -> cookie.startsWith(begin))
                .map(cookie -> cookie.substring(begin.length()))
                .toList();
    }
}
