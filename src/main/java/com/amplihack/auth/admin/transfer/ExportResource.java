package com.amplihack.auth.admin.transfer;

import com.amplihack.auth.admin.AdminAudit;
import com.amplihack.auth.session.RecentSignIn;
import com.amplihack.auth.token.AccessToken;
import com.amplihack.auth.users.transfer.AccountExport;
import jakarta.annotation.security.RolesAllowed;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.StreamingOutput;
import jakarta.ws.rs.core.UriInfo;
import java.util.Set;

/** {@code /admin/api/users/export}: every account as a line that an import takes. */
@Path("/admin/api/users/export")
@RequestScoped
public class ExportResource {
    private static final String HASHES = "hashes";

    @Inject
    private AccountExport accounts;

    @Inject
    private RecentSignIn recent;

    @Inject
    private AdminAudit audit;

    @Inject
    private AccessToken caller;

    /** Password hashes are for those only who have just signed in: whoever has them can guess without limit. */
    @GET
    @RolesAllowed("admin")
    @Produces(ImportOutput.LINES)
    public Response export(@Context UriInfo uri) {
        boolean hashes = new TransferQuery(uri.getQueryParameters(), Set.of(HASHES)).flag(HASHES);
        if (hashes) {
            recent.require(caller);
            audit.recordCritical("export_users", "with password hashes");
        } else {
            audit.record("export_users", "", null, null);
        }
        StreamingOutput lines = out -> accounts.write(hashes, out);
        return Response.ok(lines).type(ImportOutput.LINES).build();
    }
}
