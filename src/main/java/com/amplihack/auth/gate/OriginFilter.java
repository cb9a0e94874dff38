package com.amplihack.auth.gate;

import com.amplihack.auth.admission.RequestPath;
import com.amplihack.auth.config.Configuration;
import com.amplihack.auth.problem.ErrorCode;
import com.amplihack.auth.problem.Problem;
import jakarta.inject.Inject;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URI;

/**
 * Refuses changing requests that another site made a browser send (CSRF): {@code Sec-Fetch-Site: cross-site}, or an
 * {@code Origin} that is neither our own nor listed. Clients that are no browsers send neither header and pass. Answers
 * CORS preflights.
 */
public class OriginFilter extends HttpFilter {
    private static final long serialVersionUID = 1;

    @Inject
    private transient ResponseHeaders headers;

    @Inject
    private transient Configuration configuration;

    @Override
    protected void doFilter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        boolean forwardAuth = PathRules.isForwardAuth(RequestPath.of(request));
        if (forwardAuth != PathRules.isForwardAuth(RequestPath.spelled(request))) {
            // a proxy appends the path of its own request: /auth/verify/../jwks would answer 200 to everybody
            Problem.of(ErrorCode.INVALID_REQUEST, "The path leads out of /auth/verify, or into it.")
                    .writeTo(response);
            return;
        }
        if (forwardAuth) {
            chain.doFilter(request, response); // path parameters and preflights are the other application's
            return;
        }
        if (request.getRequestURI().indexOf(';') >= 0) {
            // a path parameter would make our rules and Jersey read two different paths
            Problem.of(ErrorCode.INVALID_REQUEST, "A path has no parameters here.")
                    .writeTo(response);
            return;
        }
        if (isPreflight(request)) {
            answerPreflight(request, response);
            return;
        }
        if (PathRules.changesState(request) && isForeign(request)) {
            Problem.of(ErrorCode.ORIGIN_NOT_ALLOWED, "Requests from another site's pages are refused.")
                    .writeTo(response);
            return;
        }
        chain.doFilter(request, response);
    }

    private static boolean isPreflight(HttpServletRequest request) {
        return request.getMethod().equals("OPTIONS") && request.getHeader("Access-Control-Request-Method") != null;
    }

    /** Answered here, before any token is asked for: a preflight never carries one. */
    private void answerPreflight(HttpServletRequest request, HttpServletResponse response) throws IOException {
        if (!headers.mayRead(request.getHeader("Origin"))) {
            Problem.of(ErrorCode.ORIGIN_NOT_ALLOWED, "Pages of this origin may not read our answers.")
                    .writeTo(response);
            return;
        }
        response.setStatus(HttpServletResponse.SC_NO_CONTENT);
        response.setHeader("Access-Control-Allow-Methods", "GET, POST, PUT, PATCH, DELETE");
        response.setHeader(
                "Access-Control-Allow-Headers",
                "Authorization, Content-Type, Idempotency-Key, Session-Handle, X-Request-Id");
        response.setHeader("Access-Control-Max-Age", "600");
    }

    private boolean isForeign(HttpServletRequest request) {
        String origin = request.getHeader("Origin");
        if (origin != null && configuration.settings().web().csrfOrigins().contains(origin)) {
            return false; // listed, though it is cross-site by its nature
        }
        return "cross-site".equalsIgnoreCase(request.getHeader("Sec-Fetch-Site"))
                || (origin != null && !isOurs(origin, request));
    }

    /** Same host and port; the scheme is the balancer's affair. */
    private static boolean isOurs(String origin, HttpServletRequest request) {
        try {
            String authority = URI.create(origin).getRawAuthority();
            return authority != null && authority.equalsIgnoreCase(request.getHeader("Host"));
        } catch (IllegalArgumentException malformed) {
            return false;
        }
    }
}
