package com.amplihack.auth.gate;

import com.amplihack.auth.config.Settings;
import com.amplihack.auth.web.RequestPath;
import jakarta.servlet.http.HttpServletRequest;

/**
 * Which paths need an admitted token. These rules only decide early and cheaply; {@code ResourceGuard} asks again at the
 * resource method itself, so that a path that is spelled in a clever way gains nothing.
 */
final class PathRules {
    private PathRules() {}

    /** Whether the request must show an access token that is admitted. */
    static boolean isProtected(HttpServletRequest request, Settings settings) {
        String path = RequestPath.of(request);
        return (path.startsWith("/api/") && !settings.isOpen(path))
                || isAdmin(path)
                || path.equals("/auth/logout-all")
                || path.equals("/auth/password")
                || path.equals("/auth/sessions")
                || path.startsWith("/auth/sessions/")
                || isForwardAuth(path);
    }

    /** Whether a reverse proxy asks here about a request of its own. */
    static boolean isForwardAuth(String path) {
        return path.equals("/auth/verify") || path.startsWith("/auth/verify/");
    }

    static boolean isAdmin(String path) {
        return path.startsWith("/admin/api/");
    }

    /** Whether the CSRF rule holds: what a browser could be made to send with its cookies. */
    static boolean changesState(HttpServletRequest request) {
        String path = RequestPath.of(request);
        String method = request.getMethod();
        boolean reads =
                method.equals("GET") || method.equals("HEAD") || method.equals("OPTIONS") || isForwardAuth(path);
        return !reads && (path.startsWith("/auth/") || path.startsWith("/admin/"));
    }

    /** Whether it is the key set or another document that any page may read: public, and the same for everybody. */
    static boolean isOpenDocument(HttpServletRequest request) {
        String path = RequestPath.of(request);
        return path.equals("/auth/jwks") || path.startsWith("/.well-known/");
    }

    /** Whether no cache may keep the answer: everything of ours but the key set and the static pages. */
    static boolean carriesTokensOrPersons(HttpServletRequest request) {
        String path = RequestPath.of(request);
        return path.startsWith("/api/")
                || path.startsWith("/admin/")
                || (path.startsWith("/auth/") && !path.equals("/auth/jwks"));
    }

    /** Whether it is a file of ours that pages are made of; its name stays the same when its content changes. */
    static boolean isPage(HttpServletRequest request) {
        String path = RequestPath.of(request);
        return path.equals("/") || path.endsWith(".html") || path.endsWith(".js") || path.endsWith(".css");
    }
}
