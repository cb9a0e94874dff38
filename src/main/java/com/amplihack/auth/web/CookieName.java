package com.amplihack.auth.web;

import jakarta.servlet.http.HttpServletRequest;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** The application's cookies, with name prefixes if {@code auth.cookie.prefix} is set (RFC 6265bis 4.1.3). */
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
     * The values of all cookies with this name, as a sibling domain may have tossed one in front of ours. Splits the
     * header at {@code ;} only (RFC 6265 section 4.2.1), unlike the server's parser, so that commas, quotes and braces
     * in foreign values neither hide nor forge a cookie.
     */
    public List<String> valuesIn(HttpServletRequest request, boolean prefixed) {
        String begin = name(prefixed) + "=";
        List<String> values = new ArrayList<>(1);
        for (String header : Collections.list(request.getHeaders("Cookie"))) {
            for (int from = 0; from < header.length(); ) {
                int semicolon = header.indexOf(';', from);
                int end = semicolon < 0 ? header.length() : semicolon;
                String cookie = header.substring(from, end).strip();
                if (cookie.startsWith(begin)) {
                    values.add(cookie.substring(begin.length()));
                }
                from = end + 1;
            }
        }
        return values;
    }
}
