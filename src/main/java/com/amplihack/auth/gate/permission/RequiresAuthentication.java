package com.amplihack.auth.gate.permission;

import com.amplihack.auth.store.SignInFacts;
import jakarta.enterprise.util.Nonbinding;
import jakarta.interceptor.InterceptorBinding;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Requires how and how long ago the caller was authenticated (RFC 9470), for a method or for those methods of a class that
 * have no annotation of their own, beside what else it requires: the claims {@code auth_time} and {@code acr} of the access
 * token. {@link ResourceGuard} enforces it at JAX-RS resource methods, {@link AuthenticationInterceptor} at EJBs and CDI
 * beans. API keys, which nobody was authenticated for, are refused.
 */
@Documented
@Inherited
@InterceptorBinding
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.METHOD, ElementType.TYPE})
public @interface RequiresAuthentication {
    /** In seconds, as {@code max_age}; negative: at any time. */
    @Nonbinding
    long maxAge() default -1;

    /** {@value SignInFacts#ACR_PASSWORD}, which every sign-in satisfies, or {@value SignInFacts#ACR_MFA}. */
    @Nonbinding
    String acr() default SignInFacts.ACR_PASSWORD;
}
