package com.amplihack.auth.gate;

import static com.amplihack.auth.gate.PathKind.Trait.CHANGED_BY_COOKIE;
import static com.amplihack.auth.gate.PathKind.Trait.NEEDS_TOKEN;
import static com.amplihack.auth.gate.PathKind.Trait.NEVER_CACHED;
import static com.amplihack.auth.gate.PathKind.Trait.READ_BY_ANY_PAGE;
import static com.amplihack.auth.gate.PathKind.Trait.REVALIDATED;

import com.amplihack.auth.config.Settings;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * What the path of a request is to the gate: the mechanism classifies it once, everybody else reads it. This only decides
 * early and cheaply; {@code ResourceGuard} asks again at the resource method itself, so that a path that is spelled in a
 * clever way gains nothing.
 */
public enum PathKind {
    /** Below {@code /api}: our own resources, and what is proxied. */
    API(NEEDS_TOKEN, NEVER_CACHED),
    /** Proxied to anybody, while {@code enable.jwt.auth=false}. */
    OPEN_API(NEVER_CACHED),
    /** {@code /admin/api/**}, which also has its allowlist of addresses. */
    ADMIN_API(NEEDS_TOKEN, NEVER_CACHED, CHANGED_BY_COOKIE),
    /** Anything else below {@code /admin}. */
    ADMIN_PAGE(NEVER_CACHED, CHANGED_BY_COOKIE),
    /** {@code /auth/verify} and below: a reverse proxy asks about a request of its own. */
    FORWARD_AUTH(NEEDS_TOKEN, NEVER_CACHED),
    /** What callers do with their own sessions and password. */
    ACCOUNT(NEEDS_TOKEN, NEVER_CACHED, CHANGED_BY_COOKIE),
    /** {@code /auth/jwks}. */
    KEY_SET(READ_BY_ANY_PAGE, CHANGED_BY_COOKIE),
    /** Anything else below {@code /auth}: whoever signs in, refreshes or signs out has no token to be admitted with. */
    AUTH(NEVER_CACHED, CHANGED_BY_COOKIE),
    /** {@code /.well-known/*}. */
    METADATA(READ_BY_ANY_PAGE),
    /** A file that pages are made of; its name stays the same when its content changes. */
    PAGE(REVALIDATED),
    OTHER;

    enum Trait {
        /** Only with an access token that is admitted. */
        NEEDS_TOKEN,
        /** The answer carries tokens or persons. */
        NEVER_CACHED,
        /** Kept by caches, but asked for by its {@code ETag} each time. */
        REVALIDATED,
        /** A browser could be made to send a changing request with its cookies: the CSRF rule holds. */
        CHANGED_BY_COOKIE,
        /** Public, and the same for everybody: pages of every origin may read it. */
        READ_BY_ANY_PAGE
    }

    private static final Set<String> SAFE = Set.of("GET", "HEAD", "OPTIONS");

    @SuppressWarnings("ImmutableEnumChecker") // never written to
    private final Set<Trait> traits;

    PathKind(Trait... traits) {
        this.traits = EnumSet.noneOf(Trait.class);
        this.traits.addAll(List.of(traits));
    }

    /**
     * Classifies a path.
     *
     * @param path decoded, without a version
     */
    static PathKind of(String path, Settings settings) {
        if (path.startsWith("/api/")) {
            return settings.isOpen(path) ? OPEN_API : API;
        }
        if (path.startsWith("/admin/")) {
            return path.startsWith("/admin/api/") ? ADMIN_API : ADMIN_PAGE;
        }
        if (path.startsWith("/auth/")) {
            return ofAuth(path);
        }
        if (path.startsWith("/.well-known/")) {
            return METADATA;
        }
        boolean page = path.equals("/") || path.endsWith(".html") || path.endsWith(".js") || path.endsWith(".css");
        return page ? PAGE : OTHER;
    }

    private static PathKind ofAuth(String path) {
        if (isForwardAuth(path)) {
            return FORWARD_AUTH;
        }
        return switch (path) {
            case "/auth/logout-all", "/auth/password", "/auth/sessions" -> ACCOUNT;
            case "/auth/jwks" -> KEY_SET;
            default -> path.startsWith("/auth/sessions/") ? ACCOUNT : AUTH;
        };
    }

    /** Whether a path, spelled in whichever way, reads like that of a reverse proxy's question. */
    static boolean isForwardAuth(String path) {
        return path.equals("/auth/verify") || path.startsWith("/auth/verify/");
    }

    boolean needsToken() {
        return traits.contains(NEEDS_TOKEN);
    }

    boolean isNeverCached() {
        return traits.contains(NEVER_CACHED);
    }

    boolean isRevalidated() {
        return traits.contains(REVALIDATED);
    }

    boolean isReadByAnyPage() {
        return traits.contains(READ_BY_ANY_PAGE);
    }

    /** Whether the CSRF rule holds for a request with that method. */
    boolean isChangedBy(String method) {
        return traits.contains(CHANGED_BY_COOKIE) && !SAFE.contains(method);
    }
}
