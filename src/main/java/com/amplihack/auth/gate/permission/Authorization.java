package com.amplihack.auth.gate.permission;

import com.amplihack.auth.audit.AuditEntry;
import com.amplihack.auth.audit.AuditEvent;
import com.amplihack.auth.audit.AuditLog;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import com.amplihack.auth.token.Caller;
import com.amplihack.auth.web.ClientContext;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.Collection;
import java.util.Collections;
import java.util.List;

/** Checks an admitted caller's roles and permissions, and audits every refusal. */
@Singleton
public class Authorization {
    /** The role that has every permission of the administration. */
    public static final String ADMIN = "admin";

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
    public void requirePermission(Caller caller, String permission, ClientContext client) {
        if (!caller.permissions().contains(permission)) {
            throw denied(caller, "permission", permission, client);
        }
    }

    /**
     * Requires one of the roles, as {@code @RolesAllowed} does.
     *
     * @throws AuthException {@code insufficient_permissions}
     */
    public void requireRole(Caller caller, Collection<String> roles, ClientContext client) {
        if (Collections.disjoint(caller.roles(), List.copyOf(roles))) {
            throw denied(caller, "role", String.join(" or ", roles), client);
        }
    }

    /**
     * Requires the role {@code admin} or one of the permissions.
     *
     * @throws AuthException {@code insufficient_permissions}
     */
    public void requireAdminOr(Caller caller, Collection<String> permissions, ClientContext client) {
        if (!caller.roles().contains(ADMIN) && Collections.disjoint(caller.permissions(), List.copyOf(permissions))) {
            throw denied(caller, "permission", String.join(" or ", permissions), client);
        }
    }

    /** Audits a refusal, and returns it for the caller to throw. */
    public AuthException denied(Caller caller, String kind, String needed, ClientContext client) {
        AuditEntry entry = AuditEntry.of(AuditEvent.ACCESS_DENIED, client)
                .user(caller.subject(), caller.username())
                .detail(kind, needed);
        caller.session().ifPresent(entry::session);
        caller.apiKey().ifPresent(id -> entry.detail("key_id", id));
        audit.record(entry);
        return new AuthException(ErrorCode.INSUFFICIENT_PERMISSIONS, "This needs the " + kind + " " + needed + ".");
    }
}
