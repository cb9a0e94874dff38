package com.amplihack.auth.endpoint;

import jakarta.servlet.http.HttpServletRequest;

/** The path that the refresh cookie is sent to: that of its login, with or without the version. */
final class AuthPath {
    private AuthPath() {}

    static String of(HttpServletRequest request) {
        String context = request.getContextPath();
        return context + (request.getServletPath().startsWith("/v1/") ? "/v1/auth" : "/auth");
    }
}
