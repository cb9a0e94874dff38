package com.amplihack.auth.proxy.upstream;

import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import com.amplihack.auth.web.PublicBaseUrl;
import com.amplihack.auth.web.RequestPath;
import jakarta.servlet.http.HttpServletRequest;
import java.net.URI;
import java.util.regex.Pattern;

/** The path that is forwarded: as the client spelled it, refused if the upstream could interpret it differently. */
public final class ForwardedPath {
    private static final String API = "/api";
    private static final Pattern AMBIGUOUS =
            Pattern.compile("(?i).*(//|/\\.{1,2}(/|$)|\\\\|;|%2f|%5c|%2e|%25|%3b|%00).*");

    private ForwardedPath() {}

    /**
     * The part after {@code /api}, with the query.
     *
     * @throws AuthException {@code invalid_request} for a path that an upstream could interpret differently
     */
    public static String of(HttpServletRequest request) {
        RequestPath path = RequestPath.of(request);
        if (!isPlain(path.spelled(), path.decoded())) {
            throw new AuthException(ErrorCode.INVALID_REQUEST, "An ambiguous spelling of a path is not forwarded.");
        }
        String query = request.getQueryString();
        String target = path.spelled().substring(API.length()) + (query == null ? "" : "?" + query);
        try {
            return URI.create(target).toString();
        } catch (IllegalArgumentException malformed) {
            throw new AuthException(
                    ErrorCode.INVALID_REQUEST, "The query holds characters that must be percent-encoded.");
        }
    }

    /** The decoded part after {@code /api}, as routes and APIs name it. */
    public static String decoded(HttpServletRequest request) {
        return RequestPath.of(request).decoded().substring(API.length());
    }

    /**
     * The public path that maps to the upstream's URL: {@code /v1/api}, or {@code /sso/api} behind a proxy that adds
     * {@code /sso}.
     */
    public static String mount(HttpServletRequest request, PublicBaseUrl reached) {
        return reached.prefix() + RequestPath.of(request).version() + API;
    }

    /** Whether every server interprets the path alike. */
    static boolean isUnambiguous(String path) {
        return !AMBIGUOUS.matcher(path).matches();
    }

    private static boolean isPlain(String spelled, String decoded) {
        if (!spelled.startsWith(API + "/") || !isUnambiguous(spelled)) {
            return false;
        }
        try {
            return decoded.equals(URI.create(spelled).getPath());
        } catch (IllegalArgumentException malformed) {
            return false;
        }
    }
}
