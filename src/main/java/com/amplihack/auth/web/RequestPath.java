package com.amplihack.auth.web;

import jakarta.servlet.http.HttpServletRequest;

/**
 * A request's path for every access rule, computed once per request.
 *
 * @param decoded the decoded, normalized path in the application, without version prefix and trailing slash
 * @param spelled the raw path, likewise without version prefix and trailing slash
 * @param version the version prefix of the raw path: {@code /v1} or empty
 */
public record RequestPath(String decoded, String spelled, String version) {
    private static final String ATTRIBUTE = RequestPath.class.getName();
    private static final String VERSION = "/v1";

    public static RequestPath of(HttpServletRequest request) {
        if (request.getAttribute(ATTRIBUTE) instanceof RequestPath known) {
            return known;
        }
        RequestPath path = read(request);
        request.setAttribute(ATTRIBUTE, path);
        return path;
    }

    private static RequestPath read(HttpServletRequest request) {
        String info = request.getPathInfo();
        String decoded = info == null ? request.getServletPath() : request.getServletPath() + info;
        String spelled =
                request.getRequestURI().substring(request.getContextPath().length());
        return new RequestPath(plain(decoded), plain(spelled), spelled.startsWith(VERSION + "/") ? VERSION : "");
    }

    /** Strips version and trailing slash; a directory of pages ({@code /}, {@code /admin/}) keeps its slash. */
    private static String plain(String path) {
        String current = path.startsWith(VERSION + "/") ? path.substring(VERSION.length()) : path;
        int end = current.length() - 1;
        boolean trailing = end > 0 && current.charAt(end) == '/' && current.charAt(end - 1) != '/';
        return trailing && current.lastIndexOf('/', end - 1) > 0 ? current.substring(0, end) : current;
    }
}
