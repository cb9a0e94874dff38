package com.amplihack.auth.gate;

import com.amplihack.auth.config.Configuration;
import com.amplihack.auth.web.ClientContext;
import com.amplihack.auth.web.ClientResolver;
import com.amplihack.auth.web.ServiceState;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;

/** Sets security, caching and CORS headers on every response, before any other processing. */
@Singleton
class ResponseHeaders {
    private static final String EXPOSED =
            "ETag, RateLimit, RateLimit-Policy, Retry-After, WWW-Authenticate, X-Request-Id";

    /**
     * Content Security Policy 3: files of our own alone, and nothing inline. The policy {@code lit-html} is the one by which lit
     * makes its templates (Trusted Types).
     */
    private static final String CONTENT_SECURITY_POLICY = "default-src 'none'; script-src 'self'; style-src 'self';"
            + " img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none';"
            + " require-trusted-types-for 'script'; trusted-types lit-html";

    private final Configuration configuration;
    private final ServiceState state;

    @Inject
    ResponseHeaders(Configuration configuration, ServiceState state) {
        this.configuration = configuration;
        this.state = state;
    }

    void write(HttpServletRequest request, HttpServletResponse response, ClientContext client, PathKind kind) {
        response.setHeader(ClientResolver.REQUEST_ID, client.correlationId());
        response.setHeader("Content-Security-Policy", CONTENT_SECURITY_POLICY);
        response.setHeader("X-Frame-Options", "DENY"); // for browsers without frame-ancestors
        response.setHeader("X-Content-Type-Options", "nosniff");
        response.setHeader("Referrer-Policy", "no-referrer");
        response.setHeader("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()");
        if (request.getHeader("Expect") != null || state.isStopping()) {
            // so that clients go elsewhere; Payara has already sent 100 (RFC 9110 section 10.1.1): if we refuse, what
            // follows may be the body or the
            // next request
            response.setHeader("Connection", "close");
        }
        if (request.isSecure()) {
            response.setHeader("Strict-Transport-Security", "max-age=31536000; includeSubDomains");
        }
        if (kind.isNeverCached()) {
            response.setHeader("Cache-Control", "no-store");
        } else if (kind.isRevalidated()) {
            response.setHeader("Cache-Control", "no-cache");
        }
        writeCors(request, response, kind);
    }

    /**
     * The Fetch standard's CORS protocol: every origin may read public keys and metadata without credentials; only the
     * configured origins may read anything else.
     */
    private void writeCors(HttpServletRequest request, HttpServletResponse response, PathKind kind) {
        if (kind.isReadByAnyPage()) {
            response.setHeader("Access-Control-Allow-Origin", "*");
            response.setHeader("Access-Control-Expose-Headers", EXPOSED);
            return;
        }
        if (configuration.settings().web().corsOrigins().isEmpty()) {
            return;
        }
        response.addHeader("Vary", "Origin");
        String origin = request.getHeader("Origin");
        if (mayRead(origin)) {
            response.setHeader("Access-Control-Allow-Origin", origin);
            response.setHeader("Access-Control-Allow-Credentials", "true");
            response.setHeader("Access-Control-Expose-Headers", EXPOSED);
        }
    }

    /** Whether pages of that origin may read our responses. */
    boolean mayRead(String origin) {
        return origin != null && configuration.settings().web().corsOrigins().contains(origin);
    }
}
