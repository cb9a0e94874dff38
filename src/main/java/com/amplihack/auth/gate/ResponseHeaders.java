package com.amplihack.auth.gate;

import com.amplihack.auth.client.ClientContext;
import com.amplihack.auth.config.AddressRanges;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.UUID;
import java.util.regex.Pattern;

/** Writes the headers of every answer, before anything else happens, and tells who asks. */
final class ResponseHeaders {
    private static final String REQUEST_ID = "X-Request-Id";
    private static final Pattern WELL_FORMED_ID = Pattern.compile("[A-Za-z0-9._-]{8,64}");

    private ResponseHeaders() {}

    static ClientContext begin(HttpServletRequest request, HttpServletResponse response) {
        ClientContext client = context(request);
        response.setHeader(REQUEST_ID, client.correlationId());
        response.setHeader(
                "Content-Security-Policy",
                "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'");
        response.setHeader("X-Content-Type-Options", "nosniff");
        response.setHeader("Referrer-Policy", "no-referrer");
        response.setHeader("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()");
        if (request.isSecure()) {
            response.setHeader("Strict-Transport-Security", "max-age=63072000; includeSubDomains");
        }
        if (PathRules.carriesTokensOrPersons(request)) {
            response.setHeader("Cache-Control", "no-store");
        }
        return client;
    }

    private static ClientContext context(HttpServletRequest request) {
        String given = request.getHeader(REQUEST_ID);
        boolean usable = given != null && WELL_FORMED_ID.matcher(given).matches();
        String userAgent = request.getHeader("User-Agent");
        return new ClientContext(
                AddressRanges.canonical(request.getRemoteAddr()),
                userAgent == null ? "" : userAgent,
                usable ? given : UUID.randomUUID().toString());
    }
}
