package com.amplihack.auth.admin;

import com.amplihack.auth.store.FleetStore;
import com.amplihack.auth.web.JsonBody;
import jakarta.annotation.security.RolesAllowed;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import java.util.Set;

/** {@code POST /admin/api/revoke-all}: ends all sessions of all users, on every node within a second. */
@Path("/admin/api/revoke-all")
@Produces(MediaType.APPLICATION_JSON)
@RequestScoped
public class RevokeAllResource {
    @Inject
    private FleetStore store;

    @Inject
    private AdminAudit audit;

    /** Ends all sessions, including the caller's. */
    @POST
    @RolesAllowed("admin")
    public String revokeAll(@Context HttpServletRequest request) {
        JsonBody.read(request, Set.of());
        audit.attempt("revoke_all", "everybody", null, () -> {
            store.endEverybody();
            return true;
        });
        audit.recordCritical("revoke_all", "everybody");
        return AccountJson.JSON
                .createObjectBuilder()
                .add("message", "Every session is over within one second")
                .build()
                .toString();
    }
}
