package com.amplihack.auth.gate.permission;

import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import com.amplihack.auth.token.Caller;
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
 * Enforces {@link RequiresPermission} on methods of EJBs and CDI beans, except resource methods ({@link
 * ResourceGuard}).
 */
@Interceptor
@RequiresPermission("")
@Priority(Interceptor.Priority.PLATFORM_BEFORE)
public class PermissionInterceptor {
    @Inject
    private Authorization authorization;

    @Inject
    private Instance<Optional<Caller>> admitted;

    @Inject
    private Instance<ClientContext> client;

    /**
     * Proceeds if the caller has the permission.
     *
     * @throws AuthException {@code insufficient_permissions}, or {@code missing_token} without an admitted caller
     */
    @AroundInvoke
    public Object require(InvocationContext invocation) throws Exception {
        if (ResourceGuard.isResourceMethod(invocation.getMethod())) {
            return invocation.proceed();
        }
        String permission = required(
                        invocation.getMethod(), invocation.getTarget().getClass())
                .orElseThrow(
                        () -> new IllegalStateException("@RequiresPermission is missing on " + invocation.getMethod()));
        authorization.requirePermission(caller(admitted), permission, client.get());
        return invocation.proceed();
    }

    /** The permission that the method, or else its class, requires. */
    public static Optional<String> required(Method method, Class<?> type) {
        RequiresPermission own = method.getAnnotation(RequiresPermission.class);
        return Optional.ofNullable(own == null ? type.getAnnotation(RequiresPermission.class) : own)
                .map(RequiresPermission::value);
    }

    /** The admitted caller of the request in progress. */
    static Caller caller(Instance<Optional<Caller>> admitted) {
        Optional<Caller> caller;
        try {
            caller = admitted.get();
        } catch (IllegalStateException | ContextException noRequest) {
            throw new AuthException(ErrorCode.MISSING_TOKEN, "No admitted request is in progress.", noRequest);
        }
        return caller.orElseThrow(
                () -> new AuthException(ErrorCode.MISSING_TOKEN, "This needs a bearer access token."));
    }
}
