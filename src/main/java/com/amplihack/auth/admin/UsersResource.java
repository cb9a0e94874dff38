package com.amplihack.auth.admin;

import static com.amplihack.auth.admin.AccountJson.JSON;

import com.amplihack.auth.admin.accounts.AttributesMember;
import com.amplihack.auth.admin.accounts.ContactMembers;
import com.amplihack.auth.admin.accounts.IfMatch;
import com.amplihack.auth.config.Configuration;
import com.amplihack.auth.config.source.Secret;
import com.amplihack.auth.gate.permission.AdminOrPermission;
import com.amplihack.auth.gate.permission.Authorization;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import com.amplihack.auth.session.Paging;
import com.amplihack.auth.store.LoginStore;
import com.amplihack.auth.token.AccessToken;
import com.amplihack.auth.users.Account;
import com.amplihack.auth.users.AccountAdministration;
import com.amplihack.auth.users.AccountChange;
import com.amplihack.auth.users.RightsCheck;
import com.amplihack.auth.users.Username;
import com.amplihack.auth.users.listing.AccountList;
import com.amplihack.auth.users.password.OpaqueString;
import com.amplihack.auth.users.password.PasswordPolicy;
import com.amplihack.auth.users.selfservice.ContactRules;
import com.amplihack.auth.users.selfservice.ContactRules.Contact;
import com.amplihack.auth.users.selfservice.LinkMails;
import com.amplihack.auth.web.JsonBody;
import com.amplihack.auth.web.PublicBaseUrl;
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
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.net.URI;
import java.util.Optional;
import java.util.Set;

/** {@code /admin/api/users}: creates and lists accounts. */
@Path("/admin/api/users")
@Produces(MediaType.APPLICATION_JSON)
@RequestScoped
public class UsersResource {
    static final int MAX_ROLES = 64;
    static final int MAX_PERMISSIONS = 256;
    static final int MAX_ROLE_LENGTH = 64;
    static final int MAX_PERMISSION_LENGTH = 128;
    static final int MAX_PASSWORD_LENGTH = 1024;

    private static final String INVITE = "invite";
    private static final Set<String> MEMBERS = ContactMembers.with(
            "username",
            "password",
            "roles",
            "permissions",
            "enabled",
            AccountResource.MUST_CHANGE,
            INVITE,
            AttributesMember.NAME);

    @Inject
    private AccountList listing;

    @Inject
    private AccountAdministration administration;

    @Inject
    private LoginStore store;

    @Inject
    private ContactRules contacts;

    @Inject
    private LinkMails mails;

    @Inject
    private TokenSizeCheck fit;

    @Inject
    private Delegation delegation;

    @Inject
    private AdminAudit audit;

    @Inject
    private AccessToken caller;

    @Inject
    private Configuration configuration;

    /**
     * Without a password, generates one and returns it, once, as {@code initial_password}. By a caller without the role
     * {@code admin} it must be changed. With {@code invite} the account has none until its owner chooses one.
     */
    @POST
    @AdminOrPermission("users:write")
    public Response create(@Context HttpServletRequest request) {
        JsonBody body = JsonBody.read(request, MEMBERS);
        String username = body.string("username", Username.MAX_LENGTH, Username::normalize);
        Optional<Secret> chosen =
                body.optional("password", MAX_PASSWORD_LENGTH, OpaqueString::of).map(Secret::of);
        Set<String> roles = body.strings("roles", MAX_ROLES, MAX_ROLE_LENGTH);
        Set<String> permissions =
                TokenSizeCheck.wellFormed(body.strings("permissions", MAX_PERMISSIONS, MAX_PERMISSION_LENGTH));
        boolean enabled = body.bool("enabled", true);
        boolean mustChange =
                body.bool(AccountResource.MUST_CHANGE, !caller.roles().contains(Authorization.ADMIN));
        Contact contact = ContactMembers.read(body);
        boolean invited = isInvited(body);
        boolean delegable = (mustChange || invited) && !contact.vouches();
        RightsCheck allowed = delegation.of(delegable ? Set.of("users:write") : Set.of(), fit, roles, permissions);
        AccountChange.Step contactable = contacts.set(contact).then(AttributesMember.change(body));
        AccountChange.Step further = invited ? contactable.then(contacts.invite()) : contactable;
        Optional<Secret> password = invited ? Optional.empty() : Optional.of(chosen.orElseGet(PasswordPolicy::random));
        Account account = audit.attempt(
                "create_user",
                username,
                null,
                () -> administration.create(
                        username, password, roles, permissions, enabled, mustChange, further, allowed));
        audit.record("create_user", account.id(), null, AccountJson.audited(account, Optional.empty()));
        JsonObjectBuilder answer = AccountJson.of(account, Optional.empty());
        if (chosen.isEmpty()) {
            password.ifPresent(made -> answer.add("initial_password", made.reveal()));
        }
        URI location = URI.create(
                PublicBaseUrl.of(request, configuration.settings().web()).locate("/admin/api/users/" + account.id()));
        return Response.created(location)
                .header(HttpHeaders.ETAG, IfMatch.tag(account))
                .entity(answer.build().toString())
                .build();
    }

    private boolean isInvited(JsonBody body) {
        if (!body.bool(INVITE, false)) {
            return false;
        }
        mails.requireMail();
        if (body.has("password")) {
            throw body.invalid(INVITE, "an invited account has no password until its owner chooses one");
        }
        return true;
    }

    /** A page of accounts: those that match all parameters. */
    @GET
    @AdminOrPermission("users:read")
    public String list(
            @QueryParam("query") @DefaultValue("") String query,
            @QueryParam("role") @DefaultValue("") String role,
            @QueryParam("enabled") @DefaultValue("") String enabled,
            @QueryParam("sort") @DefaultValue("username") String sort,
            @QueryParam("limit") @DefaultValue(Paging.DEFAULT_LIMIT) String limit,
            @QueryParam("cursor") @DefaultValue("") String cursor) {
        AccountList.Page page = listing.page(
                new AccountList.Question(query, given(role), given(enabled).map(UsersResource::bool), sort, cursor),
                Paging.limit(limit));
        JsonArrayBuilder items = JSON.createArrayBuilder();
        // one round trip each, for at most 200 accounts
        page.accounts().forEach(account -> items.add(AccountJson.of(account, store.lockedUntil(account.id()))));
        JsonObjectBuilder answer = JSON.createObjectBuilder().add("items", items);
        page.next().ifPresentOrElse(next -> answer.add("next_cursor", next), () -> answer.addNull("next_cursor"));
        return answer.build().toString();
    }

    private static Optional<String> given(String parameter) {
        return Optional.of(parameter).filter(text -> !text.isEmpty());
    }

    private static boolean bool(String enabled) {
        return switch (enabled) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new AuthException(ErrorCode.INVALID_REQUEST, "enabled: true or false.");
        };
    }
}
