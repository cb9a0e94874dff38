package com.amplihack.auth.admin;

import com.amplihack.auth.admission.JsonBody;
import com.amplihack.auth.admission.SessionJson;
import com.amplihack.auth.config.Secret;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import com.amplihack.auth.store.SecurityStore;
import com.amplihack.auth.users.Account;
import com.amplihack.auth.users.AccountChange;
import com.amplihack.auth.users.AccountDirectory;
import jakarta.annotation.security.RolesAllowed;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.json.JsonObjectBuilder;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PATCH;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.Instant;
import java.util.Optional;
import java.util.regex.Pattern;

/** {@code /admin/api/users/{id}}: one account, its lock and its sessions. */
@Path("/admin/api/users/{id}")
@Produces(MediaType.APPLICATION_JSON)
@RequestScoped
public class AccountResource {
    private static final Pattern UUID_FORM = Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");

    @Inject
    private AccountDirectory accounts;

    @Inject
    private SecurityStore store;

    @Inject
    private TokenFit fit;

    @Inject
    private AdminAudit audit;

    @GET
    @RolesAllowed("admin")
    public String get(@PathParam("id") String id) {
        return json(find(id)).build().toString();
    }

    /** RFC 7396: what is absent stays, {@code null} empties a list. A new password ends every session. */
    @PATCH
    @RolesAllowed("admin")
    public String change(@PathParam("id") String id, @Context HttpServletRequest request) {
        JsonBody body = JsonBody.read(request);
        AccountChange change = new AccountChange(
                body.optional("password", UsersResource.LONGEST_PASSWORD).map(Secret::of),
                body.patchedStrings("roles", UsersResource.MOST_ROLES, UsersResource.LONGEST_ROLE),
                TokenFit.wellFormed(body.patchedStrings(
                        "permissions", UsersResource.MOST_PERMISSIONS, UsersResource.LONGEST_PERMISSION)),
                body.patchedBool("enabled"));
        Account before = find(id);
        if (body.optional("username", 64)
                .filter(name -> !name.equals(before.username()))
                .isPresent()) {
            throw new AuthException(ErrorCode.INVALID_REQUEST, "username: an account keeps its name.");
        }
        Optional<Instant> lock = store.lockedUntil(id); // once: after the change nothing may fail before it is audited
        Account after =
                audit.attempt("change_user", id, AccountJson.of(before, lock), () -> accounts.change(id, change, fit)
                        .orElseThrow(AccountResource::noSuchUser));
        audit.record("change_user", id, AccountJson.of(before, lock), AccountJson.of(after, lock));
        if (change.password().isPresent()) {
            audit.recordPasswordReset(id);
        }
        return AccountJson.of(after, lock).build().toString();
    }

    /** Can be repeated after a 503: it ends the sessions also of an account that is gone already. */
    @DELETE
    @RolesAllowed("admin")
    public Response delete(@PathParam("id") String id) {
        JsonObjectBuilder before =
                accounts.find(requireUuid(id)).map(this::json).orElse(null);
        boolean deleted = audit.attempt("delete_user", id, before, () -> accounts.delete(id));
        if (!deleted) {
            throw noSuchUser();
        }
        audit.record("delete_user", id, before, null);
        return Response.noContent().build();
    }

    /** Also forgets the failures so far; an attacker who goes on gets as many guesses again. */
    @POST
    @Path("/unlock")
    @RolesAllowed("admin")
    public Response unlock(@PathParam("id") String id) {
        if (store.unlock(find(id).id())) {
            audit.recordUnlocked(id);
        }
        audit.record("unlock_user", id, null, null);
        return Response.noContent().build();
    }

    @GET
    @Path("/sessions")
    @RolesAllowed("admin")
    public String sessions(@PathParam("id") String id) {
        return AccountJson.list(store.sessions(find(id).id()), SessionJson::of)
                .build()
                .toString();
    }

    @DELETE
    @Path("/sessions")
    @RolesAllowed("admin")
    public String endSessions(@PathParam("id") String id) {
        int ended = store.endAll(find(id).id());
        audit.record("end_sessions", id, null, null);
        return AccountJson.JSON
                .createObjectBuilder()
                .add("sessions_ended", ended)
                .build()
                .toString();
    }

    private JsonObjectBuilder json(Account account) {
        return AccountJson.of(account, store.lockedUntil(account.id()));
    }

    private Account find(String id) {
        return accounts.find(requireUuid(id)).orElseThrow(AccountResource::noSuchUser);
    }

    /** Ids become keys of the store: only what can be one is passed on. */
    private static String requireUuid(String id) {
        if (!UUID_FORM.matcher(id).matches()) {
            throw noSuchUser();
        }
        return id;
    }

    private static AuthException noSuchUser() {
        return new AuthException(ErrorCode.NOT_FOUND, "There is no account of this id.");
    }
}
