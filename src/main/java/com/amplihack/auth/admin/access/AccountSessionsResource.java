package com.amplihack.auth.admin.access;

import com.amplihack.auth.admin.AdminAudit;
import com.amplihack.auth.admin.Delegation;
import com.amplihack.auth.admin.accounts.AccountPath;
import com.amplihack.auth.factor.RememberedDevices;
import com.amplihack.auth.gate.permission.AdminOrPermission;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import com.amplihack.auth.session.Paging;
import com.amplihack.auth.session.SessionJson;
import com.amplihack.auth.store.SecurityStore;
import com.amplihack.auth.token.SessionHandle;
import com.amplihack.auth.users.AccountDirectory;
import com.amplihack.auth.web.StrictJson;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.json.JsonObjectBuilder;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;

/** {@code /admin/api/users/{id}/sessions}: where somebody is signed in. */
@Path("/admin/api/users/{id}/sessions")
@Produces(MediaType.APPLICATION_JSON)
@RequestScoped
public class AccountSessionsResource {
    private static final String PERMISSION = "sessions:end";

    @Inject
    private AccountDirectory accounts;

    @Inject
    private Delegation delegation;

    @Inject
    private SecurityStore store;

    @Inject
    private RememberedDevices devices;

    @Inject
    private AdminAudit audit;

    /** A page of sessions, the most recently used first. */
    @GET
    @AdminOrPermission("sessions:read")
    public String list(
            @PathParam("id") String path,
            @QueryParam("limit") @DefaultValue(Paging.DEFAULT_LIMIT) String limit,
            @QueryParam("cursor") @DefaultValue("") String cursor) {
        int most = Paging.limit(limit);
        String id = accounts.find(AccountPath.uuid(path))
                .orElseThrow(AccountPath::noSuchUser)
                .id();
        return Paging.json(store.sessions(id, Paging.place(cursor), most), SessionJson::of);
    }

    /** Ends every session, and forgets the devices that need no second factor. */
    @DELETE
    @AdminOrPermission(PERMISSION)
    public String endAll(@PathParam("id") String path) {
        String id = AccountPath.uuid(path);
        int ended = delegation.within(id, PERMISSION, store::endAll);
        devices.forgetAll(id);
        audit.record("end_sessions", id, null, null);
        return StrictJson.provider()
                .createObjectBuilder()
                .add("sessions_ended", ended)
                .build()
                .toString();
    }

    /** Ends one session, as its owner can. */
    @DELETE
    @Path("/{sid}")
    @AdminOrPermission(PERMISSION)
    public Response end(@PathParam("id") String path, @PathParam("sid") String sid) {
        String id = AccountPath.uuid(path);
        if (!SessionHandle.hasShape(sid)) {
            throw noSuchSession();
        }
        boolean alive = delegation.within(id, PERMISSION, account -> store.end(account, sid));
        JsonObjectBuilder session = StrictJson.provider().createObjectBuilder().add("session_id", sid);
        audit.record("end_session", id, session.add("was_alive", alive), null);
        if (!alive) {
            throw noSuchSession();
        }
        return Response.noContent().build();
    }

    private static AuthException noSuchSession() {
        return new AuthException(ErrorCode.NOT_FOUND, "This account has no session with this id.");
    }
}
