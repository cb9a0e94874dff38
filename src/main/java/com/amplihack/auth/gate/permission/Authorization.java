package com.amplihack.auth.gate.permission;

import com.amplihack.auth.audit.AuditEntry;
import com.amplihack.auth.audit.AuditEvent;
import com.amplihack.auth.audit.AuditLog;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import com.amplihack.auth.token.AccessToken;
import com.amplihack.auth.web.ClientContext;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.Collection;
import java.util.Collections;
import java.util.List;

/** Checks an admitted caller's roles and permissions by its token, and audits every refusal. */
@Singleton
public class Authorization {
    private final AuditLog audit;

    @Inject
    public Authorization(AuditLog audit) {
        this.audit = audit;
    }

    /**
     * Requires the permission.
     *
     * @throws AuthException {@code insufficient_permissions}
     */
    public void requirePermission(AccessToken caller, String permission, ClientContext client) {
        if (!caller.permissions().contains(permission)) {
            throw denied(caller, "permission", permission, client);
        }
    }

    /**
     * Requires one of the roles, as {@code @RolesAllowed} does.
     *
     * @throws AuthException {@code insufficient_permissions}
     */
    public void requireRole(AccessToken caller, Collection<String> roles, ClientContext client) {
        if (Collections.disjoint(caller.roles(), List.copyOf(roles))) {
            throw denied(caller, "role", String.join(" or ", roles), client);
        }
    }

    private AuthException denied(AccessToken caller, String kind, String needed, ClientContext client) {
        audit.record(AuditEntry.of(AuditEvent.ACCESS_DENIED, client)
                .user(caller.subject())
                .session(caller.sid())
                .detail(kind, needed));
        return new AuthException(ErrorCode.INSUFFICIENT_PERMISSIONS, "This needs the " + kind + " " + needed + ".");
    }
}
