package com.amplihack.auth.admin;

import com.amplihack.auth.admin.accounts.AccountPath;
import com.amplihack.auth.apikey.ApiKey;
import com.amplihack.auth.apikey.management.ApiKeyPages;
import com.amplihack.auth.apikey.management.DatabaseKeys.Filter;
import com.amplihack.auth.apikey.management.KeyAdministration;
import com.amplihack.auth.apikey.management.KeyAdministration.Actor;
import com.amplihack.auth.gate.permission.AdminOrPermission;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import com.amplihack.auth.session.Paging;
import com.amplihack.auth.token.AccessToken;
import com.amplihack.auth.users.AccountDirectory;
import com.amplihack.auth.users.RightsCheck;
import com.amplihack.auth.web.ClientContext;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.Optional;
import java.util.Set;

/** {@code /admin/api/api-keys}: everybody's API keys. */
@Path("/admin/api/api-keys")
@Produces(MediaType.APPLICATION_JSON)
@RequestScoped
public class ApiKeysAdminResource {
    @Inject
    private KeyAdministration keys;

    @Inject
    private ApiKeyPages pages;

    @Inject
    private AccountDirectory accounts;

    @Inject
    private Delegation delegation;

    @Inject
    private AdminAudit audit;

    @Inject
    private AccessToken caller;

    @Inject
    private ClientContext client;

    /**
     * A page of keys, sorted by name.
     *
     * @param query what the names begin with, or, from {@code amp_} on, what the keys themselves begin with
     * @param user id or name of the account whose keys are wanted; empty for everybody's
     */
    @GET
    @AdminOrPermission("users:read")
    public String list(
            @QueryParam("query") @DefaultValue("") String query,
            @QueryParam("user") @DefaultValue("") String user,
            @QueryParam("limit") @DefaultValue(Paging.DEFAULT_LIMIT) String limit,
            @QueryParam("cursor") @DefaultValue("") String cursor) {
        int most = Paging.limit(limit);
        String after = ApiKeyPages.place(cursor).orElseThrow(Paging::foreignCursor);
        Optional<String> account = user.isEmpty() ? Optional.empty() : Optional.of(accountId(user));
        return pages.of(Filter.of(account, query), after, most).build().toString();
    }

    private String accountId(String user) {
        return AccountPath.isId(user)
                ? AccountPath.uuid(user)
                : accounts.idOf(user).orElseThrow(AccountPath::noSuchUser);
    }

    /** Revokes a key; can be repeated after a 503. */
    @DELETE
    @Path("/{key_id}")
    @AdminOrPermission("users:write")
    public Response revoke(@PathParam("key_id") String id) {
        if (!ApiKey.isId(id)) {
            throw noSuchKey();
        }
        RightsCheck allowed = delegation.of(Set.of("users:write"), RightsCheck.NONE);
        boolean revoked =
                audit.attempt("revoke_api_key", id, null, () -> keys.revoke(id, allowed, new Actor(caller, client)));
        if (!revoked) {
            throw noSuchKey();
        }
        audit.record("revoke_api_key", id, null, null);
        return Response.noContent().build();
    }

    private static AuthException noSuchKey() {
        return new AuthException(ErrorCode.NOT_FOUND, "There is no API key with this id.");
    }
}
