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
 * Requires that the caller's admitted access token has the permission, for a method or for all methods of a class
 * that have no such annotation; {@code @RolesAllowed} beside it must hold too. Enforced by {@link ResourceGuard} at
 * JAX-RS resource methods and by {@link PermissionInterceptor} at EJBs and CDI beans; refused without a request, as in
 * a timer.
 */
@Documented
@Inherited
@InterceptorBinding
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.METHOD, ElementType.TYPE})
public @interface RequiresPermission {
    /** A value of the claim {@code permissions}, for example {@code chat:write}. */
    @Nonbinding
    String value();
}
