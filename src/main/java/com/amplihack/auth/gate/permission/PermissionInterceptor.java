package com.amplihack.auth.gate.permission;

import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import com.amplihack.auth.token.AccessToken;
import com.amplihack.auth.web.ClientContext;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ContextException;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import jakarta.interceptor.AroundInvoke;
import jakarta.interceptor.Interceptor;
import jakarta.interceptor.InvocationContext;
import java.lang.reflect.Method;
import java.util.Optional;

/**
 * Asks for the permission in front of a method that {@link RequiresPermission} stands on, of an EJB or another bean: at a
 * resource method {@link ResourceGuard} has asked.
 */
@Interceptor
@RequiresPermission("")
@Priority(Interceptor.Priority.PLATFORM_BEFORE)
public class PermissionInterceptor {
    @Inject
    private Authorization authorization;

    @Inject
    private Instance<Optional<AccessToken>> admitted;

    @Inject
    private Instance<ClientContext> client;

    /**
     * Lets the call through when the caller has the permission.
     *
     * @throws AuthException {@code insufficient_permissions}, or {@code missing_token} where nobody was admitted
     */
    @AroundInvoke
    public Object require(InvocationContext invocation) throws Exception {
        if (ResourceGuard.isResourceMethod(invocation.getMethod())) {
            return invocation.proceed();
        }
        String permission = required(
                        invocation.getMethod(), invocation.getTarget().getClass())
                .orElseThrow(() -> new IllegalStateException("no permission is named at " + invocation.getMethod()));
        authorization.requirePermission(caller(), permission, client.get());
        return invocation.proceed();
    }

    /** The permission that the method requires, or else its class. */
    public static Optional<String> required(Method method, Class<?> type) {
        RequiresPermission own = method.getAnnotation(RequiresPermission.class);
        return Optional.ofNullable(own == null ? type.getAnnotation(RequiresPermission.class) : own)
                .map(RequiresPermission::value);
    }

    private AccessToken caller() {
        Optional<AccessToken> caller;
        try {
            caller = admitted.get();
        } catch (IllegalStateException | ContextException noRequest) {
            throw new AuthException(ErrorCode.MISSING_TOKEN, "There is no request here that was admitted.", noRequest);
        }
        return caller.orElseThrow(
                () -> new AuthException(ErrorCode.MISSING_TOKEN, "This needs a bearer access token."));
    }
}
