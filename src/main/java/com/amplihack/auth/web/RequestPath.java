package com.amplihack.auth.web;

import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import java.util.function.Predicate;

/**
 * A request's path for every access rule, computed once per request.
 *
 * @param decoded the decoded, normalized path in the application, without version and trailing slash
 * @param spelled the raw path, likewise without version and trailing slash
 * @param version the version prefix of the raw path: {@code /v1} or empty
 */
public record RequestPath(String decoded, String spelled, String version) {
    /** The request attribute with the raw path, where the HTTP connector hides colons from the container. */
    public static final String SPELLED = RequestPath.class.getName() + ".spelled";

    /** What stands for a colon there: a character of Unicode's private use area, percent-encoded. */
    public static final String HIDDEN_COLON = "%EE%80%BA";

    private static final String HIDDEN_COLON_DECODED = "\uE03A";

    private static final String ATTRIBUTE = RequestPath.class.getName();
    private static final String VERSION = "/v1";
    private static final String API = "/api";

    /** What has a meaning of its own below {@code /v1}, or none, and is never proxied there. */
    private static final List<String> OURS =
            List.of("/api/", "/auth/", "/admin/", "/.well-known/", "/health/", "/metrics/", "/openapi/");

    public static RequestPath of(HttpServletRequest request) {
        return of(request, path -> false);
    }

    /**
     * The path of a request; the first call for it decides.
     *
     * @param proxied whether a decoded path below {@code /api} is proxied: it is found below {@code /v1} too, where tools for
     *     language models look for it
     */
    public static RequestPath of(HttpServletRequest request, Predicate<String> proxied) {
        if (request.getAttribute(ATTRIBUTE) instanceof RequestPath known) {
            return known;
        }
        RequestPath read = read(request);
        RequestPath meant = belowApi(read);
        RequestPath path = proxied.test(meant.decoded) ? meant : read;
        request.setAttribute(ATTRIBUTE, path);
        return path;
    }

    /** What a tool means whose base address ends with {@code /v1}, and to which its library adds another one or none. */
    private static RequestPath belowApi(RequestPath read) {
        if (read.decoded.startsWith(API + VERSION + "/")) {
            return new RequestPath(plain(read.decoded), plain(read.spelled), read.version);
        }
        boolean others = read.version.isEmpty() || OURS.stream().anyMatch(plain(read.decoded)::startsWith);
        return others ? read : new RequestPath(plain(API + read.decoded), plain(API + read.spelled), read.version);
    }

    private static RequestPath read(HttpServletRequest request) {
        String info = request.getPathInfo();
        String decoded = info == null ? request.getServletPath() : request.getServletPath() + info;
        String raw = request.getRequestURI();
        if (request.getAttribute(SPELLED) instanceof String received) {
            decoded = decoded.replace(HIDDEN_COLON_DECODED, ":");
            raw = received;
        }
        String spelled = raw.substring(request.getContextPath().length());
        return new RequestPath(plain(decoded), plain(spelled), spelled.startsWith(VERSION + "/") ? VERSION : "");
    }

    /**
     * Strips the version, in front of {@code /api} or behind it, and a trailing slash; a directory of pages ({@code /},
     * {@code /admin/}) keeps its slash.
     */
    private static String plain(String path) {
        String unversioned = path.startsWith(VERSION + "/") ? path.substring(VERSION.length()) : path;
        String current = unversioned.startsWith(API + VERSION + "/")
                ? API + unversioned.substring(API.length() + VERSION.length())
                : unversioned;
        int end = current.length() - 1;
        boolean trailing = end > 0 && current.charAt(end) == '/' && current.charAt(end - 1) != '/';
        return trailing && current.lastIndexOf('/', end - 1) > 0 ? current.substring(0, end) : current;
    }
}
