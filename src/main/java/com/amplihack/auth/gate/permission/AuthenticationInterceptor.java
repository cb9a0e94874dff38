package com.amplihack.auth.gate.permission;

import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.session.StepUp;
import com.amplihack.auth.store.SignInFacts;
import com.amplihack.auth.token.Caller;
import jakarta.annotation.Priority;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import jakarta.interceptor.AroundInvoke;
import jakarta.interceptor.Interceptor;
import jakarta.interceptor.InvocationContext;
import java.lang.reflect.Method;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;

/**
 * Enforces {@link RequiresAuthentication} on methods of EJBs and CDI beans, except resource methods ({@link
 * ResourceGuard}).
 */
@Interceptor
@RequiresAuthentication
@Priority(Interceptor.Priority.PLATFORM_BEFORE)
public class AuthenticationInterceptor {
    @Inject
    private Instance<Optional<Caller>> admitted;

    @Inject
    private InstantSource clock;

    /**
     * Proceeds if the caller was authenticated as required.
     *
     * @throws AuthException {@code insufficient_user_authentication}, or {@code missing_token} without an admitted caller
     */
    @AroundInvoke
    public Object require(InvocationContext invocation) throws Exception {
        if (ResourceGuard.isResourceMethod(invocation.getMethod())) {
            return invocation.proceed();
        }
        StepUp needed = required(invocation.getMethod(), invocation.getTarget().getClass())
                .orElseThrow(() ->
                        new IllegalStateException("@RequiresAuthentication is missing on " + invocation.getMethod()));
        needed.require(PermissionInterceptor.caller(admitted).signIn(), clock.instant());
        return invocation.proceed();
    }

    /** What the method, or else its class, requires. */
    static Optional<StepUp> required(Method method, Class<?> type) {
        RequiresAuthentication own = method.getAnnotation(RequiresAuthentication.class);
        return Optional.ofNullable(own == null ? type.getAnnotation(RequiresAuthentication.class) : own)
                .map(AuthenticationInterceptor::stepUp);
    }

    private static StepUp stepUp(RequiresAuthentication needed) {
        boolean mfa = needed.acr().equals(SignInFacts.ACR_MFA);
        if (!mfa && !needed.acr().equals(SignInFacts.ACR_PASSWORD)) {
            throw new IllegalStateException("there is no acr " + needed.acr());
        }
        Optional<Duration> maxAge =
                needed.maxAge() < 0 ? Optional.empty() : Optional.of(Duration.ofSeconds(needed.maxAge()));
        return new StepUp(maxAge, mfa);
    }
}
