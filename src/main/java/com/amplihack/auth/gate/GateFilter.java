package com.amplihack.auth.gate;

import com.amplihack.auth.config.Configuration;
import com.amplihack.auth.metrics.Meters;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import com.amplihack.auth.problem.Problem;
import com.amplihack.auth.web.ClientContext;
import com.amplihack.auth.web.ClientResolver;
import jakarta.inject.Inject;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;

/** Passes a request to a protected path only if the gate admits its access token. */
public class GateFilter extends HttpFilter {
    private static final long serialVersionUID = 1;

    @Inject
    private transient TokenGate gate;

    @Inject
    private transient Credentials credentials;

    @Inject
    private transient ClientResolver clients;

    @Inject
    private transient Meters meters;

    @Inject
    private transient Configuration configuration;

    @Override
    protected void doFilter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        long start = System.nanoTime();
        PathKind kind = RequestAttributes.PATH_KIND.require(request);
        ClientContext client = RequestAttributes.CLIENT.require(request);
        try {
            if (kind == PathKind.ADMIN_API) {
                requireAdminAddress(request, client);
            }
            Authentication admitted = RequestAttributes.AUTHENTICATION
                    .require(request)
                    .admit(token -> {
                        gate.admit(token, credentials.proof(request), client)
                                .ifPresent(limit -> limit.headers().forEach(response::setHeader));
                        meters.tokenValidated(Duration.ofNanos(System.nanoTime() - start));
                    });
            RequestAttributes.AUTHENTICATION.set(request, admitted);
        } catch (AuthException refused) {
            meters.tokenRefused(refused.code().code(), Duration.ofNanos(System.nanoTime() - start));
            Problem.of(refused).writeTo(response);
            return;
        }
        chain.doFilter(request, response);
    }

    private void requireAdminAddress(HttpServletRequest request, ClientContext client) {
        if (clients.isOriginUnknown(request)) {
            throw new AuthException(
                    ErrorCode.ADDRESS_NOT_ALLOWED,
                    "Administration is closed to requests forwarded by a proxy that auth.trusted.proxies does not list.");
        }
        if (!configuration.settings().web().adminAllowlist().contains(client.address())) {
            throw new AuthException(
                    ErrorCode.ADDRESS_NOT_ALLOWED,
                    "Administration is not open to your address (auth.admin.allowlist).");
        }
    }
}
