package com.amplihack.auth.proxy;

import com.amplihack.auth.config.Configuration;
import com.amplihack.auth.config.type.ProxyRoutes.Route;
import com.amplihack.auth.gate.DeferredAdmission;
import com.amplihack.auth.gate.DeferredAdmission.Admitted;
import com.amplihack.auth.gate.PathKind;
import com.amplihack.auth.gate.RequestAttributes;
import com.amplihack.auth.gate.permission.Authorization;
import com.amplihack.auth.metering.Settlement;
import com.amplihack.auth.metrics.Meters;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import com.amplihack.auth.problem.Problem;
import com.amplihack.auth.store.budget.Call;
import com.amplihack.auth.token.Caller;
import com.amplihack.auth.web.ClientContext;
import com.amplihack.auth.web.RequestPath;
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
    private transient Settlement settlement;

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
        Optional<DeferredAdmission> admission = RequestAttributes.DEFERRED.get(request);
        if (admission.isEmpty()) {
            if (RequestAttributes.PATH_KIND.require(request) == PathKind.OPEN_API) {
                forward(request, response, route.get(), Optional.empty());
            } else {
                chain.doFilter(request, response); // the path was no route yet when it passed the gate
            }
            return;
        }
        try {
            if (Proxy.readsFirst(request)) {
                forwardCall(request, response, route.get(), admission.get());
            } else {
                forward(
                        request,
                        response,
                        route.get(),
                        Optional.of(admission.get().admit(withoutTokens())));
            }
        } catch (AuthException refused) {
            Problem.of(refused).writeTo(response);
        }
    }

    private void forward(
            HttpServletRequest request, HttpServletResponse response, Route route, Optional<Admitted> admitted)
            throws IOException {
        try {
            admitted.ifPresent(call -> authorization.requirePermission(
                    call.caller(), route.permission(), RequestAttributes.CLIENT.require(request)));
            requireMethod(route, request);
            proxy.forward(request, response, route, admitted, RequestAttributes.CLIENT.require(request));
        } catch (AuthException refused) {
            admitted.ifPresent(call -> settlement.giveBack(call.reserved()));
            refuse(refused, response);
        }
    }

    private void forwardCall(
            HttpServletRequest request, HttpServletResponse response, Route route, DeferredAdmission admission)
            throws IOException {
        ClientContext client = RequestAttributes.CLIENT.require(request);
        try {
            requireCallable(route, request, admission);
            proxy.forwardCall(
                    request,
                    response,
                    route,
                    admission,
                    caller -> authorization.requirePermission(caller, route.permission(), client),
                    client);
        } catch (AuthException refused) {
            refuse(refused, response);
        }
    }

    private void refuse(AuthException refused, HttpServletResponse response) throws IOException {
        meters.proxied(refused.code().code());
        Problem.of(refused).writeTo(response);
    }

    /** Reads no body of somebody who may not send it; the copy of a key's rights may be old, so that it is admitted first. */
    private void requireCallable(Route route, HttpServletRequest request, DeferredAdmission admission) {
        boolean callable = admission.presented().permissions().contains(route.permission())
                && route.methods().contains(request.getMethod());
        if (!callable) {
            Admitted admitted = admission.admit(withoutTokens());
            settlement.giveBack(admitted.reserved());
            require(route, request, admitted.caller());
        }
    }

    private void require(Route route, HttpServletRequest request, Caller caller) {
        authorization.requirePermission(caller, route.permission(), RequestAttributes.CLIENT.require(request));
        requireMethod(route, request);
    }

    private Call withoutTokens() {
        return Call.withoutTokens(configuration.settings().proxy().reservationLife());
    }

    private static void requireMethod(Route route, HttpServletRequest request) {
        if (!route.methods().contains(request.getMethod())) {
            throw new AuthException(ErrorCode.METHOD_NOT_ALLOWED, "The path does not support this method.")
                    .header("Allow", String.join(", ", new TreeSet<>(route.methods())));
        }
    }
}
