package com.amplihack.auth.gate.permission;

import jakarta.enterprise.util.Nonbinding;
import jakarta.interceptor.InterceptorBinding;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Lets only callers in whose admitted access token the permission stands: on a method, or on a class for each of its
 * methods that has no such annotation itself. {@link ResourceGuard} asks at JAX-RS resource methods, {@link
 * PermissionInterceptor} at EJBs and other CDI beans; beside
 * {@code @RolesAllowed} both must hold. Where no request was admitted, as in a timer, the method is refused.
 */
@Documented
@Inherited
@InterceptorBinding
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.METHOD, ElementType.TYPE})
public @interface RequiresPermission {
    /** As in the claim {@code permissions}, for example {@code chat:write}. */
    @Nonbinding
    String value();
}
