package com.amplihack.auth.admin;

import com.amplihack.auth.admin.accounts.AccountPath;
import com.amplihack.auth.admin.accounts.AttributesMember;
import com.amplihack.auth.admin.accounts.ContactMembers;
import com.amplihack.auth.admin.accounts.IfMatch;
import com.amplihack.auth.config.source.Secret;
import com.amplihack.auth.factor.FactorRemoval;
import com.amplihack.auth.gate.permission.AdminOrPermission;
import com.amplihack.auth.gate.permission.Authorization;
import com.amplihack.auth.gate.permission.HonoursIfMatch;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import com.amplihack.auth.store.SecurityStore;
import com.amplihack.auth.token.AccessToken;
import com.amplihack.auth.users.Account;
import com.amplihack.auth.users.AccountAdministration;
import com.amplihack.auth.users.AccountChange;
import com.amplihack.auth.users.AccountDirectory;
import com.amplihack.auth.users.RightsCheck;
import com.amplihack.auth.users.Username;
import com.amplihack.auth.users.login.SecondFactorLimit;
import com.amplihack.auth.users.password.OpaqueString;
import com.amplihack.auth.users.selfservice.ContactRules;
import com.amplihack.auth.users.selfservice.ContactRules.Contact;
import com.amplihack.auth.users.selfservice.LinkMails;
import com.amplihack.auth.web.JsonBody;
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
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** {@code /admin/api/users/{id}}: an account, its lock and its factors. */
@Path("/admin/api/users/{id}")
@Produces(MediaType.APPLICATION_JSON)
@RequestScoped
public class AccountResource {
    static final String MUST_CHANGE = "must_change_password";
    private static final Set<String> MEMBERS = ContactMembers.with(
            "username", "password", "roles", "permissions", "enabled", MUST_CHANGE, AttributesMember.NAME);

    @Inject
    private AccountDirectory accounts;

    @Inject
    private AccountAdministration administration;

    @Inject
    private SecurityStore store;

    @Inject
    private TokenSizeCheck fit;

    @Inject
    private Delegation delegation;

    @Inject
    private AdminAudit audit;

    @Inject
    private AccessToken caller;

    @Inject
    private SecondFactorLimit secondFactors;

    @Inject
    private FactorRemoval factorRemoval;

    @Inject
    private ContactRules contacts;

    @Inject
    private LinkMails mails;

    @GET
    @AdminOrPermission("users:read")
    public Response get(@PathParam("id") String path) {
        Account account = find(path);
        return answer(account, store.lockedUntil(account.id()));
    }

    private static Response answer(Account account, Optional<Instant> lock) {
        return Response.ok(AccountJson.of(account, lock).build().toString())
                .header(HttpHeaders.ETAG, IfMatch.tag(account))
                .build();
    }

    /**
     * Merge patch (RFC 7396): {@code null} empties a list or the attributes. A new name revokes access tokens. A new password ends all sessions, and must be changed by its
     * user unless the request says otherwise.
     */
    @PATCH
    @AdminOrPermission({"users:write", "users:reset"})
    @HonoursIfMatch
    public Response change(@PathParam("id") String path, @Context HttpServletRequest request) {
        JsonBody body = JsonBody.read(request, MEMBERS);
        Optional<Secret> password = body.optional("password", UsersResource.MAX_PASSWORD_LENGTH, OpaqueString::of)
                .map(Secret::of);
        Contact contact = ContactMembers.read(body);
        AccountChange asked = new AccountChange(
                password,
                body.patchedStrings("roles", UsersResource.MAX_ROLES, UsersResource.MAX_ROLE_LENGTH),
                TokenSizeCheck.wellFormed(body.patchedStrings(
                        "permissions", UsersResource.MAX_PERMISSIONS, UsersResource.MAX_PERMISSION_LENGTH)),
                body.patchedBool("enabled"),
                body.patchedBool(MUST_CHANGE).or(() -> password.map(chosen -> true)),
                body.optional("username", Username.MAX_LENGTH, Username::normalize)
                        .map(Username::required),
                contacts.set(contact).then(AttributesMember.change(body)));
        boolean resets = body.has("password") || body.has(MUST_CHANGE);
        boolean lengthensTokens = asked.touchesRights() || asked.username().isPresent();
        RightsCheck rights = delegation.of(
                needed(resets, contact, asked, body.mentions(AttributesMember.NAME)),
                lengthensTokens ? fit : RightsCheck.NONE, // even an account with too many rights can be disabled
                asked.roles().orElse(Set.of()),
                asked.permissions().orElse(Set.of()));
        RightsCheck allowed = IfMatch.of(request, rights);
        Account before = find(path);
        String id = before.id();
        AccountChange change = asked.unlessNamed(before.username());
        if (resets && id.equals(caller.subject())) { // a stolen session must not do without the old password
            throw new AuthException(ErrorCode.INVALID_REQUEST, "password: change your own by POST /auth/password.");
        }
        if (contact.vouches() && id.equals(caller.subject())) { // nor without the new address' mailbox
            throw new AuthException(ErrorCode.INVALID_REQUEST, "email_verified: change your own by POST /auth/email.");
        }
        Optional<Instant> lock = store.lockedUntil(id); // nothing may fail between change and audit entry
        Account after = audit.attempt("change_user", id, AccountJson.audited(before, lock), () -> administration
                .change(id, change, allowed)
                .orElseThrow(AccountPath::noSuchUser));
        audit.record("change_user", id, AccountJson.audited(before, lock), AccountJson.audited(after, lock));
        if (change.password().isPresent()) {
            audit.recordPasswordReset(after);
        }
        return answer(after, lock);
    }

    /** Permissions, or none if the change needs the role {@code admin}. */
    private static List<String> needed(boolean resets, Contact contact, AccountChange change, boolean describes) {
        if (contact.vouches()
                || change.mustChangePassword().filter(must -> !must).isPresent()) {
            // whoever keeps a password that they know, or has a mailbox of the account, gets what it is given later
            return List.of();
        }
        boolean writes = change.touchesRights()
                || change.enabled().isPresent()
                || change.username().isPresent()
                || describes
                || !contact.isEmpty();
        return Stream.concat(
                        resets ? Stream.of("users:reset") : Stream.empty(),
                        writes || !resets ? Stream.of("users:write") : Stream.empty())
                .toList();
    }

    /** Sends another invitation to an account that has no password yet; its older link is void. */
    @POST
    @Path("/invite")
    @AdminOrPermission("users:reset")
    public Response invite(@PathParam("id") String path, @Context HttpServletRequest request) {
        JsonBody.read(request, Set.of());
        mails.requireMail();
        String id = AccountPath.uuid(path);
        AccountChange invitation = AccountChange.further(contacts.invite());
        audit.attempt("invite_user", id, null, () -> administration
                .change(id, invitation, delegation.of(Set.of("users:reset"), RightsCheck.NONE))
                .orElseThrow(AccountPath::noSuchUser));
        audit.record("invite_user", id, null, null);
        return Response.noContent().build();
    }

    /** Can be retried after a 503, as it also ends the sessions of an account already deleted. */
    @DELETE
    @RolesAllowed("admin")
    @HonoursIfMatch
    public Response delete(@PathParam("id") String path, @Context HttpServletRequest request) {
        String id = AccountPath.uuid(path);
        RightsCheck allowed = IfMatch.of(request, delegation.ofAdmin(RightsCheck.NONE));
        JsonObjectBuilder before = accounts.find(id).map(this::json).orElse(null);
        boolean deleted = audit.attempt("delete_user", id, before, () -> administration.delete(id, allowed));
        if (!deleted) {
            throw AccountPath.noSuchUser();
        }
        audit.record("delete_user", id, before, null);
        return Response.noContent().build();
    }

    /** Also resets the failure counts, so that an attacker gets as many guesses again. */
    @POST
    @Path("/unlock")
    @AdminOrPermission("users:unlock")
    public Response unlock(@PathParam("id") String path, @Context HttpServletRequest request) {
        JsonBody.read(request, Set.of());
        Account account = find(path);
        if (delegation.within(account.id(), "users:unlock", store::unlock)) {
            audit.recordUnlocked(account);
        }
        // ten more guesses of six digits each time: not for whoever may set a password, nor for oneself
        if (caller.roles().contains(Authorization.ADMIN) && !account.id().equals(caller.subject())) {
            secondFactors.lift(account.id());
        }
        audit.record("unlock_user", account.id(), null, null);
        return Response.noContent().build();
    }

    /** Removes the factors of somebody who has lost them, and ends the sessions; can be repeated after a 503. */
    @DELETE
    @Path("/mfa")
    @RolesAllowed("admin")
    public Response removeFactors(@PathParam("id") String path) {
        Account account = find(path);
        if (account.id().equals(caller.subject())) { // whoever has stolen the session must not do without the factor
            throw new AuthException(ErrorCode.INVALID_REQUEST, "Remove your own factors below /auth/mfa.");
        }
        boolean had = audit.attempt("remove_factors", account.id(), null, () -> factorRemoval.removeAll(account));
        store.endAll(account.id());
        audit.record("remove_factors", account.id(), null, null);
        if (had) {
            audit.recordFactorsRemoved(account);
        }
        return Response.noContent().build();
    }

    private JsonObjectBuilder json(Account account) {
        return AccountJson.audited(account, store.lockedUntil(account.id()));
    }

    private Account find(String path) {
        return accounts.find(AccountPath.uuid(path)).orElseThrow(AccountPath::noSuchUser);
    }
}
