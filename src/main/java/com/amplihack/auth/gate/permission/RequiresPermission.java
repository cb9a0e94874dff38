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
 * Requires a permission in the caller's access token, for a method or for those methods of a class that have no
 * annotation of their own; a {@code @RolesAllowed} must be satisfied as well. {@link ResourceGuard} enforces it at
 * JAX-RS resource methods, {@link PermissionInterceptor} at EJBs and CDI beans. Calls outside a request, for example
 * from a timer, are refused.
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
