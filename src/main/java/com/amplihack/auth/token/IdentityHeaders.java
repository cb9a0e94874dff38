package com.amplihack.auth.token;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The headers that identify the caller to the service behind us, percent-encoded (RFC 3986 section 2.1) except for
 * visible ASCII other than comma and percent sign, so that no value can inject a header or a list element.
 */
public final class IdentityHeaders {
    private static final HexFormat HEX = HexFormat.of().withUpperCase();

    private IdentityHeaders() {}

    /**
     * {@code X-Auth-Subject}, {@code -Username}, {@code -Roles} and {@code -Permissions}, whose lists are
     * comma-separated; {@code X-Auth-Key} for a caller with an API key.
     */
    public static Map<String, String> of(Caller caller) {
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("X-Auth-Subject", encode(caller.subject()));
        headers.put("X-Auth-Username", encode(caller.username()));
        headers.put("X-Auth-Roles", list(caller.roles()));
        headers.put("X-Auth-Permissions", list(caller.permissions()));
        caller.apiKey().ifPresent(id -> headers.put("X-Auth-Key", encode(id)));
        return headers;
    }

    private static String list(List<String> values) {
        return String.join(",", values.stream().map(IdentityHeaders::encode).toList());
    }

    private static String encode(String value) {
        StringBuilder encoded = new StringBuilder(value.length());
        for (byte b : value.getBytes(StandardCharsets.UTF_8)) {
            if (b > ' ' && b < 0x7F && b != '%' && b != ',') {
                encoded.append((char) b);
            } else {
                encoded.append('%').append(HEX.toHexDigits(b));
            }
        }
        return encoded.toString();
    }
}
