package com.amplihack.auth.admin;

import com.amplihack.auth.audit.AuditEntry;
import com.amplihack.auth.audit.AuditEvent;
import com.amplihack.auth.audit.AuditLog;
import com.amplihack.auth.factor.FactorRemoval;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import com.amplihack.auth.store.SessionStore;
import com.amplihack.auth.token.AccessToken;
import com.amplihack.auth.users.Account;
import com.amplihack.auth.users.AccountDirectory;
import com.amplihack.auth.web.ClientContext;
import jakarta.annotation.security.RolesAllowed;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;

/** {@code DELETE /admin/api/users/{id}/mfa}: removes the factors of somebody who has lost them. */
@Path("/admin/api/users/{id}/mfa")
@Produces(MediaType.APPLICATION_JSON)
@RequestScoped
public class FactorsAdminResource {
    @Inject
    private AccountDirectory accounts;

    @Inject
    private FactorRemoval factors;

    @Inject
    private SessionStore sessions;

    @Inject
    private AuditLog log;

    @Inject
    private AdminAudit audit;

    @Inject
    private AccessToken caller;

    @Inject
    private ClientContext client;

    /** Ends the account's sessions as well; can be repeated after a 503. */
    @DELETE
    @RolesAllowed("admin")
    public Response remove(@PathParam("id") String path) {
        String id = AccountResource.uuid(path);
        Account account = accounts.find(id).orElseThrow(AccountResource::noSuchUser);
        if (id.equals(caller.subject())) { // whoever has stolen the session must not do without the factor
            throw new AuthException(ErrorCode.INVALID_REQUEST, "Remove your own factors below /auth/mfa.");
        }
        boolean had = audit.attempt("remove_factors", id, null, () -> factors.removeAll(account));
        sessions.endAll(id);
        audit.record("remove_factors", id, null, null);
        if (had) {
            log.record(AuditEntry.of(AuditEvent.FACTOR_REMOVED, client)
                    .user(id, account.username())
                    .actor("account:" + caller.username())
                    .detail("method", "all"));
        }
        return Response.noContent().build();
    }
}
