package com.amplihack.auth.users;

import com.amplihack.auth.config.source.Secret;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import com.amplihack.auth.store.SecurityStore;
import com.amplihack.auth.users.password.PasswordHasher;
import com.amplihack.auth.users.password.PasswordPolicy;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/** Makes and changes accounts and roles by the rules: a good password, rights that fit, and sessions that end with them. */
@Singleton
public class AccountAdministration {
    private final AccountDirectory directory;
    private final Accounts accounts;
    private final PasswordHasher hasher;
    private final PasswordPolicy policy;
    private final SecurityStore store;
    private final InstantSource clock;

    @Inject
    public AccountAdministration(
            AccountDirectory directory,
            Accounts accounts,
            PasswordHasher hasher,
            PasswordPolicy policy,
            SecurityStore store,
            InstantSource clock) {
        this.directory = directory;
        this.accounts = accounts;
        this.store = store;
        this.hasher = hasher;
        this.policy = policy;
        this.clock = clock;
    }

    /**
     * Makes an account.
     *
     * @param allowed looks at the account before it is stored
     * @throws AuthException {@code invalid_request} for a name or role that cannot be, {@code weak_password}, {@code
     *     username_taken}, or what {@code allowed} throws
     */
    public Account create(
            String username,
            Secret password,
            Set<String> roles,
            Set<String> permissions,
            boolean enabled,
            RightsCheck allowed) {
        Account account = account(username, password);
        account.enabled(enabled);
        return accounts.add(account, roles, permissions, allowed);
    }

    /**
     * Makes the very first account.
     *
     * @return empty when there is one already, which another node may just have made
     * @throws AuthException as {@link #create} does
     */
    Optional<Account> createFirst(String username, Secret password, Set<String> roles) {
        return accounts.addFirst(account(username, password), roles);
    }

    private Account account(String username, Secret password) {
        Username name = Username.parse(username)
                .orElseThrow(() -> new AuthException(
                        ErrorCode.INVALID_REQUEST,
                        "username: 1 to 64 characters, no control or invisible characters."));
        policy.require("password", name.shown(), password);
        return new Account(UUID.randomUUID().toString(), name, hasher.hash(password), clock.instant());
    }

    /**
     * Changes an account. Disabling it or resetting its password ends its sessions; other rights revoke its access
     * tokens. The store is told after the database: a login that read the old account meanwhile cannot commit.
     *
     * @param allowed looks at the changed account before it is stored
     * @return the account as it is now; empty when there is none of that id
     * @throws AuthException {@code weak_password}, {@code invalid_request}, what {@code allowed} throws, or {@code
     *     store_unavailable}; after the last the change may be stored and must be sent again
     */
    public Optional<Account> change(String id, AccountChange change, RightsCheck allowed) {
        change.password().ifPresent(password -> directory
                .find(id)
                .ifPresent(account -> policy.require("password", account.username(), password)));
        Optional<String> freshHash = change.password().map(hasher::hash);
        Optional<Account> changed = accounts.change(id, change, freshHash, allowed);
        if (changed.isPresent() && change.endsSessions()) {
            store.endAll(id);
        } else if (changed.isPresent() && change.touchesRights()) {
            store.changeRights(id);
        }
        return changed;
    }

    /** Deletes an account and ends its sessions; whether there was one. */
    public boolean delete(String id) {
        boolean deleted = accounts.delete(id);
        store.endAll(id); // also when a first attempt came no further than the database
        return deleted;
    }

    /**
     * Makes the role or gives it other permissions; access tokens of everybody who has it are revoked.
     *
     * @param allowed looks at everybody who has the role, as they will be
     * @throws AuthException what {@code allowed} throws, or {@code store_unavailable}
     */
    public Role putRole(String name, Set<String> permissions, RightsCheck allowed) {
        // a change that is refused revokes nothing, and a store that is down refuses before anything is changed
        revokeRightsOf(accounts.withRole(name, permissions, allowed));
        Role role = accounts.putRole(name, permissions, allowed);
        revokeRightsOf(accounts.withRole(name));
        return role;
    }

    /** Removes the role, also from everybody who has it; their access tokens are revoked. */
    public void deleteRole(String name) {
        revokeRightsOf(accounts.withRole(name));
        revokeRightsOf(accounts.deleteRole(name));
    }

    private void revokeRightsOf(List<Account> holders) {
        holders.forEach(account -> store.changeRights(account.id()));
    }
}
