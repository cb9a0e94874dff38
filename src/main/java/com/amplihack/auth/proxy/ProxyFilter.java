package com.amplihack.auth.proxy;

import com.amplihack.auth.config.Configuration;
import com.amplihack.auth.config.type.ProxyRoutes.Route;
import com.amplihack.auth.gate.PathKind;
import com.amplihack.auth.gate.RequestAttributes;
import com.amplihack.auth.gate.permission.Authorization;
import com.amplihack.auth.metrics.Meters;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import com.amplihack.auth.problem.Problem;
import com.amplihack.auth.token.AccessToken;
import com.amplihack.auth.web.ClientContext;
import com.amplihack.auth.web.RequestPath;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Optional;
import java.util.TreeSet;

/** Forwards admitted requests to proxied paths if the caller has the route's permission; passes other paths on. */
public class ProxyFilter extends HttpFilter {
    private static final long serialVersionUID = 1;

    @Inject
    private transient Configuration configuration;

    @Inject
    private transient Proxy proxy;

    @Inject
    private transient Authorization authorization;

    @Inject
    private transient Meters meters;

    @Inject
    private transient Instance<ClientContext> client;

    @Inject
    private transient Instance<Optional<AccessToken>> admitted;

    @Override
    protected void doFilter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        Optional<Route> route = configuration
                .settings()
                .proxy()
                .routes()
                .find(RequestPath.of(request).decoded());
        if (route.isEmpty()) {
            chain.doFilter(request, response);
            return;
        }
        try {
            Optional<AccessToken> caller = admitted.get();
            require(route.get(), request, caller);
            proxy.forward(request, response, caller, client.get());
        } catch (AuthException refused) {
            meters.proxied(refused.code().code());
            Problem.of(refused).writeTo(response);
        }
    }

    private void require(Route route, HttpServletRequest request, Optional<AccessToken> caller) {
        if (RequestAttributes.PATH_KIND.require(request) != PathKind.OPEN_API) {
            AccessToken token = caller.orElseThrow(
                    () -> new AuthException(ErrorCode.MISSING_TOKEN, "This needs a bearer access token."));
            authorization.requirePermission(token, route.permission(), client.get());
        }
        if (!route.methods().contains(request.getMethod())) {
            throw new AuthException(ErrorCode.METHOD_NOT_ALLOWED, "The path does not support this method.")
                    .header("Allow", String.join(", ", new TreeSet<>(route.methods())));
        }
    }
}
