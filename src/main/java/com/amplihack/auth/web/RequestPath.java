package com.amplihack.auth.web;

import jakarta.servlet.http.HttpServletRequest;

/**
 * The path of a request as every rule here reads it: derived by whoever asks first, and kept on the request.
 *
 * @param decoded the decoded, normalized path inside the application, without the version in front or one slash at the end
 * @param spelled as the client spelled it, undecoded, without the same
 * @param version in front of the path as the client spelled it: {@code /v1}, or the empty string
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

    /** A folder of pages ({@code /}, {@code /admin/}) keeps its slash. */
    private static String plain(String path) {
        String current = path.startsWith(VERSION + "/") ? path.substring(VERSION.length()) : path;
        int end = current.length() - 1;
        boolean trailing = end > 0 && current.charAt(end) == '/' && current.charAt(end - 1) != '/';
        return trailing && current.lastIndexOf('/', end - 1) > 0 ? current.substring(0, end) : current;
    }
}
