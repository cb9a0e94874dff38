package com.amplihack.auth.web;

import jakarta.servlet.http.HttpServletRequest;

/** The path of a request as every rule here reads it. */
public final class RequestPath {
    private static final String VERSION = "/v1";

    private RequestPath() {}

    /** The decoded, normalized path inside the application, without the version in front or one slash at the end. */
    public static String of(HttpServletRequest request) {
        String info = request.getPathInfo();
        String path = info == null ? request.getServletPath() : request.getServletPath() + info;
        return plain(path);
    }

    /** As the client spelled it, undecoded, without the version in front or one slash at the end. */
    public static String spelled(HttpServletRequest request) {
        return plain(request.getRequestURI().substring(request.getContextPath().length()));
    }

    /** The version in front of the path as the client spelled it: {@code /v1}, or the empty string. */
    public static String version(HttpServletRequest request) {
        return request.getRequestURI()
                        .startsWith(VERSION + "/", request.getContextPath().length())
                ? VERSION
                : "";
    }

    /** A folder of pages ({@code /}, {@code /admin/}) keeps its slash. */
    private static String plain(String path) {
        String current = path.startsWith(VERSION + "/") ? path.substring(VERSION.length()) : path;
        int end = current.length() - 1;
        boolean trailing = end > 0 && current.charAt(end) == '/' && current.charAt(end - 1) != '/';
        return trailing && current.lastIndexOf('/', end - 1) > 0 ? current.substring(0, end) : current;
    }
}
