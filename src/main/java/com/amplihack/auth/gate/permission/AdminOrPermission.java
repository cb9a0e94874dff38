package com.amplihack.auth.gate.permission;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** A resource method of the administration: for the role {@code admin}, and for callers with one of the permissions. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface AdminOrPermission {
    /** Values of the claim {@code permissions}, for example {@code users:read}. */
    String[] value();
}
