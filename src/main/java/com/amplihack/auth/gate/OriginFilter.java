package com.amplihack.auth.gate;

import com.amplihack.auth.config.Configuration;
import com.amplihack.auth.config.WebSettings;
import com.amplihack.auth.config.type.Origin;
import com.amplihack.auth.problem.ErrorCode;
import com.amplihack.auth.problem.Problem;
import com.amplihack.auth.web.PublicBaseUrl;
import com.amplihack.auth.web.RequestPath;
import jakarta.inject.Inject;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Prevents CSRF and answers CORS preflights: refuses state-changing requests with a foreign {@code Origin}, or with
 * {@code Sec-Fetch-Site} but no {@code Origin}, unless the browser reports {@code same-origin}; clients other than
 * browsers send neither header and pass.
 */
public class OriginFilter extends HttpFilter {
    private static final long serialVersionUID = 1;

    /** The headers that our endpoints read, all allowed in every preflight response because browsers cache it. */
    private static final String OUR_HEADERS =
            "Authorization, Content-Type, Idempotency-Key, Session-Handle, X-Request-Id";

    /** RFC 9110 section 5.1. */
    private static final Pattern HEADER_NAME = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}");

    @Inject
    private transient ResponseHeaders headers;

    @Inject
    private transient Configuration configuration;

    @Override
    protected void doFilter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        PathKind kind = RequestAttributes.PATH_KIND.require(request);
        boolean forwardAuth = kind == PathKind.FORWARD_AUTH;
        if (forwardAuth != PathKind.isForwardAuth(RequestPath.of(request).spelled())) {
            // a reverse proxy appends the original path: /auth/verify/../jwks would answer 200 to everybody
            Problem.of(ErrorCode.INVALID_REQUEST, "The path leads out of /auth/verify, or into it.")
                    .writeTo(response);
            return;
        }
        if (forwardAuth) {
            chain.doFilter(request, response); // path parameters and preflights concern the proxied application
            return;
        }
        if (request.getRequestURI().indexOf(';') >= 0) {
            // with a path parameter our rules and Jersey would see different paths
            Problem.of(ErrorCode.INVALID_REQUEST, "Path parameters are not allowed.")
                    .writeTo(response);
            return;
        }
        if (isPreflight(request)) {
            answerPreflight(request, response, kind.isReadByAnyPage());
            return;
        }
        if (kind.needsCsrfProtection(request.getMethod()) && isForeign(request)) {
            Problem.of(ErrorCode.ORIGIN_NOT_ALLOWED, "Requests from another site's pages are refused.")
                    .writeTo(response);
            return;
        }
        chain.doFilter(request, response);
    }

    private static boolean isPreflight(HttpServletRequest request) {
        return request.getMethod().equals("OPTIONS") && request.getHeader("Access-Control-Request-Method") != null;
    }

    /** Answers before a token is required: a preflight never carries one. */
    private void answerPreflight(HttpServletRequest request, HttpServletResponse response, boolean open)
            throws IOException {
        if (!open && !headers.mayRead(request.getHeader("Origin"))) {
            Problem.of(ErrorCode.ORIGIN_NOT_ALLOWED, "Pages of this origin may not read our answers.")
                    .writeTo(response);
            return;
        }
        response.setStatus(HttpServletResponse.SC_NO_CONTENT);
        response.setHeader("Access-Control-Allow-Methods", open ? "GET, HEAD" : "GET, POST, PUT, PATCH, DELETE");
        List<String> allowed = new ArrayList<>(List.of(OUR_HEADERS));
        allowed.addAll(requestedHeaders(request));
        response.setHeader("Access-Control-Allow-Headers", String.join(", ", allowed));
        response.addHeader("Vary", "Access-Control-Request-Headers");
        response.setHeader("Access-Control-Max-Age", "600");
    }

    /** Every well-formed header name that the browser requests: client libraries may add headers of their own. */
    private static List<String> requestedHeaders(HttpServletRequest request) {
        return Collections.list(request.getHeaders("Access-Control-Request-Headers")).stream()
                .flatMap(names -> Arrays.stream(names.split(",")))
                .map(String::strip)
                .filter(name -> HEADER_NAME.matcher(name).matches())
                .distinct()
                .toList();
    }

    private boolean isForeign(HttpServletRequest request) {
        String site = request.getHeader("Sec-Fetch-Site");
        if ("same-origin".equals(site)) {
            return false; // the browser's own comparison holds even if a proxy has rewritten Host
        }
        String origin = request.getHeader("Origin");
        if (origin == null) {
            return site != null;
        }
        WebSettings settings = configuration.settings().web();
        Optional<String> canonical = Origin.canonical(origin);
        return canonical.isEmpty()
                || !(settings.csrfOrigins().contains(canonical.get())
                        || PublicBaseUrl.of(request, settings).isOrigin(canonical.get(), request));
    }
}
