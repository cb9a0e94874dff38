package com.amplihack.auth.admin;

import com.amplihack.auth.admin.accounts.AccountPath;
import com.amplihack.auth.gate.permission.Authorization;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import com.amplihack.auth.store.SessionStore;
import com.amplihack.auth.token.AccessToken;
import com.amplihack.auth.users.Account;
import com.amplihack.auth.users.AccountAdministration;
import com.amplihack.auth.users.RightsCheck;
import com.amplihack.auth.users.Role;
import com.amplihack.auth.web.ClientContext;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * Keeps callers without the role {@code admin} from becoming, or making others, more powerful than they are
 * (docs/administrators.md): they give away only what they have, and touch no account that administers more than they do.
 */
@RequestScoped
public class Delegation {
    /** The permissions of the administration; the role {@code admin} has all of them. */
    static final Set<String> PERMISSIONS = Role.ADMINISTRATION;

    @Inject
    private Authorization authorization;

    @Inject
    private AccessToken caller;

    @Inject
    private ClientContext client;

    @Inject
    private SessionStore sessions;

    @Inject
    private AccountAdministration administration;

    /** A rule for what the role {@code admin} alone may do. */
    public RightsCheck ofAdmin(RightsCheck rule) {
        return of(List.of(), rule);
    }

    /** A rule for a change that gives no rights. */
    RightsCheck of(Collection<String> needed, RightsCheck rule) {
        return of(needed, rule, Set.of(), Set.of());
    }

    /**
     * Adds to a rule, for the transaction that makes the change, what the caller must be and have there: the token was
     * checked before the request's body was read, which may take as long as the caller likes.
     *
     * @param needed permissions; empty: the role {@code admin}
     * @param roles that the account shall have
     * @param permissions of its own that it shall have
     * @throws AuthException {@code insufficient_permissions} when the token is not enough already
     */
    RightsCheck of(
            Collection<String> needed, RightsCheck rule, Collection<String> roles, Collection<String> permissions) {
        requireNeeded(needed, caller.roles(), caller.permissions());
        return new Limited(needed, rule, roles, permissions);
    }

    /** A rule for an import, which changes no account of its caller: what others ask of them is not asked there. */
    public RightsCheck ofImport(RightsCheck rule) {
        requireNeeded(List.of(), caller.roles(), caller.permissions());
        return new Limited(List.of(), rule, Set.of(), Set.of()) {
            @Override
            public void requireChangeable(Account account) {
                super.requireChangeable(account);
                if (account.id().equals(caller.subject())) {
                    throw new AuthException(
                            ErrorCode.INVALID_REQUEST, "username: your own account is not changed by an import.");
                }
            }
        };
    }

    /** A rule for a new API key, which acts with no role or permission that the caller does not have. */
    RightsCheck ofApiKey(Collection<String> needed) {
        requireNeeded(needed, caller.roles(), caller.permissions());
        return new Limited(needed, RightsCheck.NONE, Set.of(), Set.of()) {
            @Override
            public void require(String username, List<String> roles, List<String> permissions) {
                requireGivable(roles, permissions);
            }
        };
    }

    /**
     * Does something to an account's state in the store; between the check and the deed nobody becomes more powerful.
     *
     * @param deed given the account's id
     * @throws AuthException {@code insufficient_permissions} or {@code not_found}
     */
    public <T> T within(String accountId, String needed, Function<String, T> deed) {
        return administration
                .with(accountId, of(Set.of(needed), RightsCheck.NONE), account -> deed.apply(account.id()))
                .orElseThrow(AccountPath::noSuchUser);
    }

    private class Limited implements RightsCheck {
        private final Collection<String> needed;
        private final RightsCheck rule;
        private final Collection<String> roles;
        private final Collection<String> permissions;

        /** The caller's, as stored; none before they are read. */
        private List<String> heldRoles = List.of();

        private List<String> heldPermissions = List.of();

        private Limited(
                Collection<String> needed, RightsCheck rule, Collection<String> roles, Collection<String> permissions) {
            this.needed = needed;
            this.rule = rule;
            this.roles = roles;
            this.permissions = permissions;
        }

        @Override
        public void requireCaller(Function<String, Optional<Account>> accounts) {
            Account by = accounts.apply(caller.subject())
                    .filter(account -> account.enabled() && !account.mustChangePassword())
                    .filter(account -> sessions.isAlive(account.id(), caller.sid()))
                    .orElseThrow(() -> new AuthException(
                            ErrorCode.TOKEN_REVOKED, "The token's session is over or its rights have changed."));
            heldRoles = by.roles();
            heldPermissions = by.permissions();
            requireNeeded(needed, heldRoles, heldPermissions);
        }

        @Override
        public void requireChangeable(Account account) {
            if (heldRoles.contains(Authorization.ADMIN)) {
                return;
            }
            if (account.roles().contains(Authorization.ADMIN)) {
                throw authorization.denied(caller, "role", Authorization.ADMIN, client);
            }
            // a new password of such an account would open the way to its permissions
            requireHeld(
                    "permission",
                    account.permissions().stream().filter(PERMISSIONS::contains).toList(),
                    heldPermissions);
            requireHeld("role", added(roles, account.roles()), heldRoles);
            requireHeld("permission", added(permissions, account.ownPermissions()), heldPermissions);
        }

        @Override
        public void require(String username, List<String> all, List<String> rights) {
            rule.require(username, all, rights);
        }

        /** Requires that the caller has the rights. */
        final void requireGivable(Collection<String> roles, Collection<String> permissions) {
            if (!heldRoles.contains(Authorization.ADMIN)) {
                requireHeld("role", roles, heldRoles);
                requireHeld("permission", permissions, heldPermissions);
            }
        }

        private static List<String> added(Collection<String> wanted, List<String> before) {
            return wanted.stream().filter(right -> !before.contains(right)).toList();
        }
    }

    private void requireNeeded(Collection<String> needed, List<String> roles, List<String> permissions) {
        if (roles.contains(Authorization.ADMIN)) {
            return;
        }
        if (needed.isEmpty()) {
            throw authorization.denied(caller, "role", Authorization.ADMIN, client);
        }
        requireHeld("permission", needed, permissions);
    }

    private void requireHeld(String kind, Collection<String> rights, Collection<String> held) {
        rights.stream().filter(right -> !held.contains(right)).findFirst().ifPresent(right -> {
            throw authorization.denied(caller, kind, right, client);
        });
    }
}
