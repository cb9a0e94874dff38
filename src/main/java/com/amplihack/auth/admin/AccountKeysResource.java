package com.amplihack.auth.admin;

import com.amplihack.auth.admin.accounts.AccountPath;
import com.amplihack.auth.apikey.management.ApiKeyJson;
import com.amplihack.auth.apikey.management.ApiKeyPages;
import com.amplihack.auth.apikey.management.KeyAdministration;
import com.amplihack.auth.apikey.management.KeyAdministration.Actor;
import com.amplihack.auth.apikey.management.KeyRequest;
import com.amplihack.auth.apikey.management.NewKey;
import com.amplihack.auth.config.Configuration;
import com.amplihack.auth.gate.permission.AdminOrPermission;
import com.amplihack.auth.gate.permission.Authorization;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import com.amplihack.auth.session.Paging;
import com.amplihack.auth.session.RecentSignIn;
import com.amplihack.auth.token.AccessToken;
import com.amplihack.auth.users.AccountDirectory;
import com.amplihack.auth.users.RightsCheck;
import com.amplihack.auth.web.ClientContext;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.Set;

/** {@code /admin/api/users/{id}/api-keys}: the API keys of an account, such as a service's. */
@Path("/admin/api/users/{id}/api-keys")
@Produces(MediaType.APPLICATION_JSON)
@RequestScoped
public class AccountKeysResource {
    @Inject
    private KeyAdministration keys;

    @Inject
    private ApiKeyPages pages;

    @Inject
    private AccountDirectory accounts;

    @Inject
    private Delegation delegation;

    @Inject
    private RecentSignIn recent;

    @Inject
    private AdminAudit audit;

    @Inject
    private Configuration configuration;

    @Inject
    private AccessToken caller;

    @Inject
    private ClientContext client;

    /** Makes a key for the account, and shows it this once; nobody makes one with more rights than their own. */
    @POST
    @AdminOrPermission("users:write")
    public Response create(@PathParam("id") String path, @Context HttpServletRequest request) {
        KeyRequest wanted =
                KeyRequest.read(request, configuration.settings().tokens().apiKeyMaxDays());
        String account = AccountPath.uuid(path);
        if (!caller.roles().contains(Authorization.ADMIN)
                && wanted.terms().permissions().isEmpty()) {
            throw new AuthException(
                    ErrorCode.INSUFFICIENT_PERMISSIONS,
                    "Name the key's permissions: one that gains what its account gains wants the role admin.");
        }
        RightsCheck allowed = delegation.ofApiKey(Set.of("users:write"));
        recent.require(caller);
        NewKey made = audit.attempt(
                "create_api_key", account, null, () -> keys.create(account, wanted, allowed, new Actor(caller, client))
                        .orElseThrow(AccountPath::noSuchUser));
        audit.record("create_api_key", account, null, ApiKeyJson.of(made.record()));
        return Response.status(Response.Status.CREATED)
                .entity(ApiKeyJson.of(made).build().toString())
                .build();
    }

    /** A page of keys, sorted by name. */
    @GET
    @AdminOrPermission("users:read")
    public String list(
            @PathParam("id") String path,
            @QueryParam("limit") @DefaultValue(Paging.DEFAULT_LIMIT) String limit,
            @QueryParam("cursor") @DefaultValue("") String cursor) {
        int most = Paging.limit(limit);
        String after = ApiKeyPages.place(cursor).orElseThrow(Paging::foreignCursor);
        String account = accounts.find(AccountPath.uuid(path))
                .orElseThrow(AccountPath::noSuchUser)
                .id();
        return pages.ofAccount(account, after, most).build().toString();
    }
}
