package com.amplihack.auth.users;

import com.amplihack.auth.config.source.Secret;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import com.amplihack.auth.store.SessionStore;
import com.amplihack.auth.users.password.PasswordHasher;
import com.amplihack.auth.users.password.PasswordPolicy;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/** Changes accounts and roles by the rules, and revokes sessions and tokens that a change outdates. */
@Singleton
public class AccountAdministration {
    private final AccountDirectory directory;
    private final Accounts accounts;
    private final PasswordHasher hasher;
    private final PasswordPolicy policy;
    private final SessionStore store;
    private final InstantSource clock;

    @Inject
    public AccountAdministration(
            AccountDirectory directory,
            Accounts accounts,
            PasswordHasher hasher,
            PasswordPolicy policy,
            SessionStore store,
            InstantSource clock) {
        this.directory = directory;
        this.accounts = accounts;
        this.store = store;
        this.hasher = hasher;
        this.policy = policy;
        this.clock = clock;
    }

    /**
     * Creates an account.
     *
     * @param allowed checks the account before it is stored
     * @throws AuthException {@code invalid_request} for an invalid name or unknown role, {@code weak_password}, {@code
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
     * Creates the first account.
     *
     * @return empty when any account exists; another node may just have created it
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
     * Changes an account. Disabling it or resetting its password ends its sessions; changing its rights revokes its
     * access tokens. The store is updated after the database, so that a concurrent login with the old account cannot
     * commit.
     *
     * @param allowed checks the changed account before it is stored
     * @return the changed account; empty when there is none with that id
     * @throws AuthException {@code weak_password}, {@code invalid_request}, what {@code allowed} throws, or {@code
     *     store_unavailable}, after which the change may be stored and must be repeated
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

    /** Deletes an account and ends its sessions; returns whether it existed. */
    public boolean delete(String id) {
        boolean deleted = accounts.delete(id);
        store.endAll(id); // even if absent: an earlier attempt may have reached the database only
        return deleted;
    }

    /**
     * Creates a role or replaces its permissions, and revokes the access tokens of its holders.
     *
     * @param allowed checks every holder of the role with the new permissions
     * @throws AuthException what {@code allowed} throws, or {@code store_unavailable}
     */
    public Role putRole(String name, Set<String> permissions, RightsCheck allowed) {
        // a refused change revokes nothing, and a store that is down fails before anything is changed
        revokeRightsOf(accounts.withRole(name, permissions, allowed));
        Role role = accounts.putRole(name, permissions, allowed);
        revokeRightsOf(accounts.withRole(name));
        return role;
    }

    /** Deletes a role, removes it from its holders and revokes their access tokens. */
    public void deleteRole(String name) {
        revokeRightsOf(accounts.withRole(name));
        revokeRightsOf(accounts.deleteRole(name));
    }

    private void revokeRightsOf(List<Account> holders) {
        holders.forEach(account -> store.changeRights(account.id()));
    }
}
