package com.amplihack.auth.gate.permission;

import com.amplihack.auth.gate.PathKind;
import com.amplihack.auth.gate.RequestAttributes;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import com.amplihack.auth.token.Caller;
import com.amplihack.auth.web.ClientContext;
import jakarta.annotation.Priority;
import jakarta.annotation.security.RolesAllowed;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.Priorities;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.container.ResourceInfo;
import jakarta.ws.rs.core.Context;
import java.lang.reflect.Method;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Authorizes the matched resource method, independently of the path: only {@link Public} methods run without an
 * admitted token, and a method without an authorization annotation never runs.
 */
@Priority(Priorities.AUTHENTICATION)
public class ResourceGuard implements ContainerRequestFilter {
    @Context
    private ResourceInfo resource;

    @Context
    private HttpServletRequest request;

    @Inject
    private Authorization authorization;

    @Inject
    private AdministrationStepUp stepUp;

    @Inject
    private InstantSource clock;

    /** Whether Jersey routes requests to the method, and so calls this filter first. */
    static boolean isResourceMethod(Method method) {
        return Arrays.stream(method.getAnnotations())
                .anyMatch(annotation -> annotation.annotationType().isAnnotationPresent(HttpMethod.class));
    }

    @Override
    public void filter(ContainerRequestContext context) {
        if (context.getMethod().equals("OPTIONS")) {
            return; // Jersey answers with the allowed methods; no resource method runs
        }
        Method method = resource.getResourceMethod();
        Class<?> type = resource.getResourceClass();
        if (method.isAnnotationPresent(Public.class)) {
            return;
        }
        Caller caller = RequestAttributes.callerOf(request)
                .orElseThrow(() -> new AuthException(ErrorCode.MISSING_TOKEN, "This needs a bearer access token."));
        ClientContext client = RequestAttributes.CLIENT.get(request).orElse(ClientContext.NONE);
        RolesAllowed roles = method.getAnnotation(RolesAllowed.class);
        if (roles != null) {
            authorization.requireRole(caller, List.of(roles.value()), client);
        }
        AdminOrPermission administration = method.getAnnotation(AdminOrPermission.class);
        if (administration != null) {
            authorization.requireAdminOr(caller, List.of(administration.value()), client);
        }
        Optional<String> permission = PermissionInterceptor.required(method, type);
        permission.ifPresent(needed -> authorization.requirePermission(caller, needed, client));
        if (RequestAttributes.PATH_KIND.require(request) == PathKind.ADMIN_API) {
            stepUp.require(caller, context.getMethod());
        }
        AuthenticationInterceptor.required(method, type)
                .ifPresent(needed -> needed.require(caller.signIn(), clock.instant()));
        boolean open = method.isAnnotationPresent(Admitted.class);
        if (roles == null && administration == null && permission.isEmpty() && !open) {
            throw new AuthException(ErrorCode.INSUFFICIENT_PERMISSIONS, "Nobody may call this.");
        }
    }
}
