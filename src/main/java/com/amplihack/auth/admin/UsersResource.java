package com.amplihack.auth.admin;

import static com.amplihack.auth.admin.AccountJson.JSON;

import com.amplihack.auth.admission.JsonBody;
import com.amplihack.auth.config.Secret;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import com.amplihack.auth.store.SecurityStore;
import com.amplihack.auth.users.Account;
import com.amplihack.auth.users.AccountDirectory;
import jakarta.annotation.security.RolesAllowed;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObjectBuilder;
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
    static final int MOST_ROLES = 64;
    static final int MOST_PERMISSIONS = 256;
    static final int LONGEST_ROLE = 64;
    static final int LONGEST_PERMISSION = 128;
    static final int LONGEST_PASSWORD = 1024;

    private static final int LONGEST_PAGE = 200;

    @Inject
    private AccountDirectory accounts;

    @Inject
    private SecurityStore store;

    @Inject
    private TokenFit fit;

    @Inject
    private AdminAudit audit;

    /** Without a password a random one is made, and answered this once as {@code initial_password}. */
    @POST
    @RolesAllowed("admin")
    public Response create(@Context HttpServletRequest request) {
        JsonBody body = JsonBody.read(request);
        String username = body.string("username", 64);
        Optional<Secret> chosen = body.optional("password", LONGEST_PASSWORD).map(Secret::of);
        Set<String> roles = body.strings("roles", MOST_ROLES, LONGEST_ROLE);
        Set<String> permissions =
                TokenFit.wellFormed(body.strings("permissions", MOST_PERMISSIONS, LONGEST_PERMISSION));
        boolean enabled = body.bool("enabled", true);
        Secret password = chosen.orElseGet(AccountDirectory::randomPassword);
        Account account = accounts.create(username, password, roles, permissions, enabled, fit);
        audit.record("create_user", account.id(), null, AccountJson.of(account, Optional.empty()));
        JsonObjectBuilder answer = AccountJson.of(account, Optional.empty());
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
        // a round trip to the store for each: a page has 200 at most
        found.forEach(account -> items.add(AccountJson.of(account, store.lockedUntil(account.id()))));
        JsonObjectBuilder answer = JSON.createObjectBuilder().add("items", items);
        if (more) {
            answer.add("next_cursor", cursor(found.get(page - 1)));
        } else {
            answer.addNull("next_cursor");
        }
        return answer.build().toString();
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
