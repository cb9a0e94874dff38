package com.amplihack.auth.endpoint;

import com.amplihack.auth.gate.PathKind;
import com.amplihack.auth.gate.RequestAttributes;
import com.amplihack.auth.gate.permission.Authorization;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.Problem;
import com.amplihack.auth.token.Caller;
import com.amplihack.auth.token.IdentityHeaders;
import com.amplihack.auth.web.ClientContext;
import jakarta.inject.Inject;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.InstantSource;
import java.util.List;

/**
 * {@code /auth/verify/**}: answers a reverse proxy's authorization subrequest (nginx {@code auth_request}, Traefik
 * {@code ForwardAuth}, Envoy {@code ext_authz}), which the gate has admitted. A filter, as any HTTP method is allowed.
 */
public class ForwardAuthFilter extends HttpFilter {
    private static final long serialVersionUID = 1;

    @Inject
    private transient Authorization authorization;

    @Inject
    private transient InstantSource clock;

    @Override
    protected void doFilter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        if (RequestAttributes.PATH_KIND.require(request) != PathKind.FORWARD_AUTH) {
            chain.doFilter(request, response);
            return;
        }
        try {
            Caller caller = RequestAttributes.callerOf(request)
                    .orElseThrow(() -> new IllegalStateException("no caller was admitted"));
            require(
                    caller,
                    ForwardAuthQuery.parse(request.getQueryString()),
                    RequestAttributes.CLIENT.require(request));
            IdentityHeaders.of(caller).forEach(response::setHeader);
            caller.session().ifPresent(sid -> response.setHeader("X-Auth-Session", sid));
            response.setStatus(HttpServletResponse.SC_OK);
            response.setContentLength(0);
        } catch (AuthException refused) {
            Problem.of(refused).writeTo(response);
        }
    }

    private void require(Caller caller, ForwardAuthQuery query, ClientContext client) {
        for (String permission : query.permissions()) {
            authorization.requirePermission(caller, permission, client);
        }
        for (String role : query.roles()) {
            authorization.requireRole(caller, List.of(role), client);
        }
        query.stepUp().ifPresent(needed -> needed.require(caller.signIn(), clock.instant()));
    }
}
