package com.amplihack.auth.admin;

import com.amplihack.auth.admission.JsonBody;
import com.amplihack.auth.audit.AuditEntry;
import com.amplihack.auth.audit.AuditEvent;
import com.amplihack.auth.audit.AuditLog;
import com.amplihack.auth.client.ClientContext;
import com.amplihack.auth.config.Secret;
import com.amplihack.auth.json.StrictJson;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import com.amplihack.auth.token.AccessToken;
import com.amplihack.auth.token.TokenIssuer;
import com.amplihack.auth.users.Account;
import com.amplihack.auth.users.AccountDirectory;
import jakarta.annotation.security.RolesAllowed;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.spi.JsonProvider;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** {@code /admin/api/users}: makes and lists accounts. */
@Path("/admin/api/users")
@Produces(MediaType.APPLICATION_JSON)
@RequestScoped
public class UsersResource {
    private static final JsonProvider JSON = StrictJson.provider();
    private static final int LONGEST_PAGE = 200;

    @Inject
    private AccountDirectory accounts;

    @Inject
    private TokenIssuer issuer;

    @Inject
    private AuditLog audit;

    @Inject
    private AccessToken caller;

    @Inject
    private ClientContext client;

    /** Without a password a random one is made, and answered this once as {@code initial_password}. */
    @POST
    @RolesAllowed("admin")
    public Response create(@Context HttpServletRequest request) {
        JsonBody body = JsonBody.read(request);
        String username = body.string("username", 64);
        Optional<Secret> chosen = body.optional("password", 1024).map(Secret::of);
        Set<String> roles = body.strings("roles", 64, 64);
        Set<String> permissions = body.strings("permissions", 256, 128);
        boolean enabled = body.bool("enabled", true);
        if (!issuer.fits(username, List.copyOf(roles), List.copyOf(permissions))) {
            throw new AuthException(
                    ErrorCode.INVALID_REQUEST, "permissions: together with the roles they do not fit a token.");
        }
        Secret password = chosen.orElseGet(AccountDirectory::randomPassword);
        Account account = accounts.create(username, password, roles, permissions, enabled);
        audit.record(AuditEntry.of(AuditEvent.ADMIN_ACTION, client)
                .user(caller.subject())
                .session(caller.sid())
                .detail("action", "create_user")
                .detail("target", account.id())
                .detail("after", json(account).build()));
        JsonObjectBuilder answer = json(account);
        if (chosen.isEmpty()) {
            answer.add("initial_password", password.reveal());
        }
        return Response.created(URI.create("/admin/api/users/" + account.id()))
                .entity(answer.build().toString())
                .build();
    }

    /** Accounts in the order of their names, a page at a time. */
    @GET
    @RolesAllowed("admin")
    public String list(
            @QueryParam("query") @DefaultValue("") String query,
            @QueryParam("limit") @DefaultValue("50") String limit,
            @QueryParam("cursor") @DefaultValue("") String cursor) {
        int page = pageSize(limit);
        List<Account> found = new ArrayList<>(accounts.list(query, name(cursor), page + 1));
        boolean more = found.size() > page;
        if (more) {
            found.remove(page);
        }
        JsonArrayBuilder items = JSON.createArrayBuilder();
        found.forEach(account -> items.add(json(account)));
        JsonObjectBuilder answer = JSON.createObjectBuilder().add("items", items);
        if (more) {
            answer.add("next_cursor", cursor(found.get(page - 1)));
        } else {
            answer.addNull("next_cursor");
        }
        return answer.build().toString();
    }

    private static JsonObjectBuilder json(Account account) {
        JsonObjectBuilder json = JSON.createObjectBuilder()
                .add("user_id", account.id())
                .add("username", account.username())
                .add("roles", JSON.createArrayBuilder(account.roles()))
                .add("permissions", JSON.createArrayBuilder(account.ownPermissions()))
                .add("enabled", account.enabled());
        if (account.lockedUntil() == null) {
            json.addNull("locked_until");
        } else {
            json.add("locked_until", account.lockedUntil().toString());
        }
        return json.add("created_at", account.createdAt().toString());
    }

    private static int pageSize(String limit) {
        if (limit.matches("[0-9]{1,3}")) {
            int size = Integer.parseInt(limit);
            if (size >= 1 && size <= LONGEST_PAGE) {
                return size;
            }
        }
        throw new AuthException(ErrorCode.INVALID_REQUEST, "limit: a whole number from 1 to " + LONGEST_PAGE + ".");
    }

    /** A cursor is the last name of its page; clients take it as it is. */
    private static String cursor(Account last) {
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(last.usernameKey().getBytes(StandardCharsets.UTF_8));
    }

    private static String name(String cursor) {
        try {
            return new String(Base64.getUrlDecoder().decode(cursor), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException foreign) {
            throw new AuthException(ErrorCode.INVALID_REQUEST, "cursor: not one of ours.");
        }
    }
}
