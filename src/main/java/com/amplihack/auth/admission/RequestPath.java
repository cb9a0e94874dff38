package com.amplihack.auth.admission;

import jakarta.servlet.http.HttpServletRequest;

/** The path of a request as every rule here reads it. */
public final class RequestPath {
    private static final String VERSION = "/v1";

    private RequestPath() {}

    /** The decoded, normalized path inside the application, without the version in front. */
    public static String of(HttpServletRequest request) {
        String info = request.getPathInfo();
        String path = info == null ? request.getServletPath() : request.getServletPath() + info;
        return withoutVersion(path);
    }

    /** As the client spelled it, undecoded, without the version in front. */
    public static String spelled(HttpServletRequest request) {
        return withoutVersion(
                request.getRequestURI().substring(request.getContextPath().length()));
    }

    private static String withoutVersion(String path) {
        return path.startsWith(VERSION + "/") ? path.substring(VERSION.length()) : path;
    }
}
