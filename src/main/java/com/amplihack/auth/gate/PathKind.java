package com.amplihack.auth.gate;

import static com.amplihack.auth.gate.PathKind.Trait.CSRF_PROTECTED;
import static com.amplihack.auth.gate.PathKind.Trait.NEEDS_TOKEN;
import static com.amplihack.auth.gate.PathKind.Trait.NEVER_CACHED;
import static com.amplihack.auth.gate.PathKind.Trait.READ_BY_ANY_PAGE;
import static com.amplihack.auth.gate.PathKind.Trait.REVALIDATED;
import static com.amplihack.auth.gate.PathKind.Trait.TAKES_API_KEY;

import com.amplihack.auth.config.Settings;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * Classifies a request by its path, once and before anything else. {@code ResourceGuard} checks access again at the
 * resource method itself, so that an unusual spelling of the path bypasses nothing.
 */
public enum PathKind {
    /** Below {@code /api}: our own resources and proxied paths. */
    API(NEEDS_TOKEN, TAKES_API_KEY, NEVER_CACHED),
    /** Proxied paths while {@code enable.jwt.auth=false}, open to everybody. */
    OPEN_API(NEVER_CACHED),
    /** {@code /admin/api/**}, which is also restricted to an allowlist of addresses. */
    ADMIN_API(NEEDS_TOKEN, NEVER_CACHED, CSRF_PROTECTED),
    /** Anything else below {@code /admin}. */
    ADMIN_PAGE(NEVER_CACHED, CSRF_PROTECTED),
    /** {@code /auth/verify} and below: forward authentication for a reverse proxy. */
    FORWARD_AUTH(NEEDS_TOKEN, TAKES_API_KEY, NEVER_CACHED),
    /** The callers' own sessions and password. */
    ACCOUNT(NEEDS_TOKEN, NEVER_CACHED, CSRF_PROTECTED),
    /** The callers' own account, API keys and usage, which a session that must change its password cannot have. */
    SELF_SERVICE(NEEDS_TOKEN, NEVER_CACHED, CSRF_PROTECTED),
    /** The callers' own second factors and another sign-in, for a session that must get a factor as well. */
    FACTORS(NEEDS_TOKEN, NEVER_CACHED, CSRF_PROTECTED),
    /** {@code /auth/jwks}. */
    KEY_SET(READ_BY_ANY_PAGE, CSRF_PROTECTED),
    /** Anything else below {@code /auth}, such as login, refresh and logout, which need no access token. */
    AUTH(NEVER_CACHED, CSRF_PROTECTED),
    /** {@code /.well-known/*}. */
    METADATA(READ_BY_ANY_PAGE),
    /** A static page, script or style sheet, whose name stays the same when its content changes. */
    PAGE(REVALIDATED),
    /** The server's own {@code /health}, {@code /metrics} and {@code /openapi}, answered in every state of the service. */
    OPERATIONS,
    OTHER;

    enum Trait {
        /** Requires an admitted access token. */
        NEEDS_TOKEN,
        /** An API key does as well. */
        TAKES_API_KEY,
        /** Responses contain tokens or personal data. */
        NEVER_CACHED,
        /** Cached, but revalidated by {@code ETag} each time. */
        REVALIDATED,
        /** CSRF protection applies to state-changing requests, since cookies may authenticate them. */
        CSRF_PROTECTED,
        /** Public, without personal data: pages of every origin may read it. */
        READ_BY_ANY_PAGE
    }

    private static final Set<String> OPERATIONAL = Set.of("/health", "/metrics", "/openapi");
    private static final Set<String> SAFE = Set.of("GET", "HEAD", "OPTIONS");

    @SuppressWarnings("ImmutableEnumChecker") // never written to
    private final Set<Trait> traits;

    PathKind(Trait... traits) {
        this.traits = EnumSet.noneOf(Trait.class);
        this.traits.addAll(List.of(traits));
    }

    /**
     * Returns the kind of a path.
     *
     * @param path the decoded path without version prefix
     */
    static PathKind of(String path, Settings settings) {
        if (path.startsWith("/api/")) {
            return settings.isOpen(path) ? OPEN_API : API;
        }
        if (path.startsWith("/admin/")) {
            if (path.startsWith("/admin/api/")) {
                return ADMIN_API;
            }
            return path.equals("/admin/") || isPageFile(path) ? PAGE : ADMIN_PAGE;
        }
        if (path.startsWith("/auth/")) {
            return ofAuth(path);
        }
        if (path.startsWith("/.well-known/")) {
            return METADATA;
        }
        if (OPERATIONAL.stream().anyMatch(root -> path.equals(root) || path.startsWith(root + "/"))) {
            return OPERATIONS;
        }
        return path.equals("/") || isPageFile(path) ? PAGE : OTHER;
    }

    private static boolean isPageFile(String path) {
        return path.endsWith(".html") || path.endsWith(".js") || path.endsWith(".css") || path.endsWith(".svg");
    }

    private static PathKind ofAuth(String path) {
        if (isForwardAuth(path)) {
            return FORWARD_AUTH;
        }
        return switch (path) {
            case "/auth/logout-all", "/auth/password", "/auth/sessions" -> ACCOUNT;
            case "/auth/mfa", "/auth/passkeys", "/auth/reauthenticate", "/auth/reauthenticate/options" -> FACTORS;
            case "/auth/api-keys",
                    "/auth/usage",
                    "/auth/usage/budgets",
                    "/auth/account",
                    "/auth/account/delete",
                    "/auth/email" -> SELF_SERVICE;
            case "/auth/jwks" -> KEY_SET;
            default -> {
                if (path.startsWith("/auth/sessions/")) {
                    yield ACCOUNT;
                }
                if (path.startsWith("/auth/mfa/") || path.startsWith("/auth/passkeys/")) {
                    yield FACTORS;
                }
                yield path.startsWith("/auth/api-keys/") ? SELF_SERVICE : AUTH;
            }
        };
    }

    /** Whether a path, decoded or not, belongs to forward authentication. */
    static boolean isForwardAuth(String path) {
        return path.equals("/auth/verify") || path.startsWith("/auth/verify/");
    }

    boolean needsToken() {
        return traits.contains(NEEDS_TOKEN);
    }

    boolean takesApiKey() {
        return traits.contains(TAKES_API_KEY);
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

    /** Whether a body sent with that method may hold a password, a token or a code. */
    boolean takesCredentialInBody(String method) {
        return this == AUTH && !SAFE.contains(method);
    }

    /** Whether CSRF protection applies to a request with that method. */
    boolean needsCsrfProtection(String method) {
        return traits.contains(CSRF_PROTECTED) && !SAFE.contains(method);
    }
}
