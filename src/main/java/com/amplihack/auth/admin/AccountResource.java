package com.amplihack.auth.admin;

import com.amplihack.auth.config.source.Secret;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import com.amplihack.auth.session.Paging;
import com.amplihack.auth.session.SessionJson;
import com.amplihack.auth.store.SecurityStore;
import com.amplihack.auth.users.Account;
import com.amplihack.auth.users.AccountAdministration;
import com.amplihack.auth.users.AccountChange;
import com.amplihack.auth.users.AccountDirectory;
import com.amplihack.auth.users.RightsCheck;
import com.amplihack.auth.users.Username;
import com.amplihack.auth.users.password.OpaqueString;
import com.amplihack.auth.web.JsonBody;
import jakarta.annotation.security.RolesAllowed;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.json.JsonObjectBuilder;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PATCH;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** {@code /admin/api/users/{id}}: an account, its lock and its sessions. */
@Path("/admin/api/users/{id}")
@Produces(MediaType.APPLICATION_JSON)
@RequestScoped
public class AccountResource {
    /** RFC 9562 section 4: case-insensitive on input, lower case on output. */
    private static final Pattern UUID_FORM = Pattern.compile("[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}");

    private static final Set<String> MEMBERS = Set.of("username", "password", "roles", "permissions", "enabled");

    @Inject
    private AccountDirectory accounts;

    @Inject
    private AccountAdministration administration;

    @Inject
    private SecurityStore store;

    @Inject
    private TokenSizeCheck fit;

    @Inject
    private AdminAudit audit;

    @GET
    @RolesAllowed("admin")
    public String get(@PathParam("id") String path) {
        return json(find(path)).build().toString();
    }

    /** Merge patch (RFC 7396): {@code null} empties a list. A new password ends all sessions. */
    @PATCH
    @RolesAllowed("admin")
    public String change(@PathParam("id") String path, @Context HttpServletRequest request) {
        JsonBody body = JsonBody.read(request, MEMBERS);
        AccountChange change = new AccountChange(
                body.optional("password", UsersResource.MAX_PASSWORD_LENGTH, OpaqueString::of)
                        .map(Secret::of),
                body.patchedStrings("roles", UsersResource.MAX_ROLES, UsersResource.MAX_ROLE_LENGTH),
                TokenSizeCheck.wellFormed(body.patchedStrings(
                        "permissions", UsersResource.MAX_PERMISSIONS, UsersResource.MAX_PERMISSION_LENGTH)),
                body.patchedBool("enabled"));
        Account before = find(path);
        String id = before.id();
        if (body.optional("username", Username.MAX_LENGTH, Username::normalize)
                .map(Username::normalize)
                .filter(name -> !name.equals(before.username()))
                .isPresent()) {
            throw new AuthException(ErrorCode.INVALID_REQUEST, "username: cannot be changed.");
        }
        Optional<Instant> lock = store.lockedUntil(id); // nothing may fail between change and audit entry
        RightsCheck allowed =
                change.touchesRights() ? fit : RightsCheck.NONE; // even an account with too many rights can be disabled
        Account after = audit.attempt("change_user", id, AccountJson.of(before, lock), () -> administration
                .change(id, change, allowed)
                .orElseThrow(AccountResource::noSuchUser));
        audit.record("change_user", id, AccountJson.of(before, lock), AccountJson.of(after, lock));
        if (change.password().isPresent()) {
            audit.recordPasswordReset(id);
        }
        return AccountJson.of(after, lock).build().toString();
    }

    /** Can be retried after a 503, as it also ends the sessions of an account already deleted. */
    @DELETE
    @RolesAllowed("admin")
    public Response delete(@PathParam("id") String path) {
        String id = uuid(path);
        JsonObjectBuilder before = accounts.find(id).map(this::json).orElse(null);
        boolean deleted = audit.attempt("delete_user", id, before, () -> administration.delete(id));
        if (!deleted) {
            throw noSuchUser();
        }
        audit.record("delete_user", id, before, null);
        return Response.noContent().build();
    }

    /** Also resets the failure count, so that an attacker gets as many guesses again. */
    @POST
    @Path("/unlock")
    @RolesAllowed("admin")
    public Response unlock(@PathParam("id") String path, @Context HttpServletRequest request) {
        JsonBody.read(request, Set.of());
        String id = find(path).id();
        if (store.unlock(id)) {
            audit.recordUnlocked(id);
        }
        audit.record("unlock_user", id, null, null);
        return Response.noContent().build();
    }

    /** A page of sessions, the most recently used first. */
    @GET
    @Path("/sessions")
    @RolesAllowed("admin")
    public String sessions(
            @PathParam("id") String path,
            @QueryParam("limit") @DefaultValue(Paging.DEFAULT_LIMIT) String limit,
            @QueryParam("cursor") @DefaultValue("") String cursor) {
        int most = Paging.limit(limit);
        return Paging.json(store.sessions(find(path).id(), Paging.place(cursor), most), SessionJson::of);
    }

    @DELETE
    @Path("/sessions")
    @RolesAllowed("admin")
    public String endSessions(@PathParam("id") String path) {
        String id = find(path).id();
        int ended = store.endAll(id);
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

    private Account find(String path) {
        return accounts.find(uuid(path)).orElseThrow(AccountResource::noSuchUser);
    }

    /** Validates and normalizes an id, as it becomes part of a store key. */
    private static String uuid(String path) {
        if (!UUID_FORM.matcher(path).matches()) {
            throw noSuchUser();
        }
        return path.toLowerCase(Locale.ROOT);
    }

    private static AuthException noSuchUser() {
        return new AuthException(ErrorCode.NOT_FOUND, "There is no account with this id.");
    }
}
