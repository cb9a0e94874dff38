package com.amplihack.auth.admission;

import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Arrays;
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

    /** The values of every cookie of that name: a neighbour may have tossed one in front of ours. */
    public List<String> valuesIn(HttpServletRequest request, boolean prefixed) {
        Cookie[] cookies = request.getCookies();
        if (cookies == null) {
            return List.of();
        }
        String name = name(prefixed);
        return Arrays.stream(cookies)
                .filter(cookie -> cookie.getName().equals(name))
                .map(Cookie::getValue)
                .toList();
    }
}
