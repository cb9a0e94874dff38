package com.amplihack.auth.users;

import com.amplihack.auth.config.source.Secret;
import com.amplihack.auth.mail.MailKind;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.store.SecurityStore;
import com.amplihack.auth.users.password.PasswordHasher;
import com.amplihack.auth.users.password.PasswordPolicy;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;

/** Changes accounts and roles by the rules, and revokes sessions and tokens that a change outdates. */
@Singleton
public class AccountAdministration {
    private final AccountDirectory directory;
    private final Accounts accounts;
    private final PasswordHasher hasher;
    private final PasswordPolicy policy;
    private final SecurityStore store;
    private final Notices notices;
    private final InstantSource clock;

    @Inject
    public AccountAdministration(
            AccountDirectory directory,
            Accounts accounts,
            PasswordHasher hasher,
            PasswordPolicy policy,
            SecurityStore store,
            Notices notices,
            InstantSource clock) {
        this.directory = directory;
        this.accounts = accounts;
        this.store = store;
        this.hasher = hasher;
        this.policy = policy;
        this.notices = notices;
        this.clock = clock;
    }

    /**
     * Creates an account.
     *
     * @param mustChange whether its first sessions may do nothing but change the password
     * @param password empty for an account that nobody can sign in to until it gets one by an invitation
     * @param further does more before the account is stored
     * @param allowed checks the account before it is stored
     * @throws AuthException {@code invalid_request} for an invalid name or unknown role, {@code weak_password}, {@code
     *     username_taken}, or what {@code allowed} throws
     */
    public Account create(
            String username,
            Optional<Secret> password,
            Set<String> roles,
            Set<String> permissions,
            boolean enabled,
            boolean mustChange,
            AccountChange.Step further,
            RightsCheck allowed) {
        Account account = account(username, password);
        account.enabled(enabled);
        account.mustChangePassword(mustChange);
        return accounts.add(account, roles, permissions, further, allowed);
    }

    /**
     * Creates the first account.
     *
     * @return empty when any account exists; another node may just have created it
     * @throws AuthException as {@link #create} does
     */
    Optional<Account> createFirst(String username, Secret password, Set<String> roles) {
        return accounts.addFirst(account(username, Optional.of(password)), roles);
    }

    private Account account(String username, Optional<Secret> password) {
        Username name = Username.required(username);
        password.ifPresent(chosen -> policy.require("password", name.shown(), chosen));
        String hash = password.map(hasher::hash).orElse(PasswordHasher.NO_PASSWORD);
        return new Account(UUID.randomUUID().toString(), name, hash, clock.instant());
    }

    /**
     * Changes an account. Disabling it or resetting its password ends its sessions; changing its rights, or that it must change its password, revokes its
     * access tokens; enabling it lets its API keys be used again. The store is updated after the database, so that a concurrent login with the old account cannot
     * commit.
     *
     * @param allowed checks the account as it was and, changed, before it is stored
     * @return the changed account; empty when there is none with that id
     * @throws AuthException {@code weak_password}, {@code invalid_request}, what {@code allowed} throws, or {@code
     *     store_unavailable}, after which the change may be stored and must be repeated
     */
    public Optional<Account> change(String id, AccountChange change, RightsCheck allowed) {
        change.password().ifPresent(password -> directory
                .find(id)
                .ifPresent(account -> policy.require("password", account.username(), password)));
        Optional<String> freshHash = change.password().map(hasher::hash);
        Optional<Account> changed = accounts.change(id, change.after(tellOf(change)), freshHash, allowed);
        if (changed.isPresent() && change.endsSessions()) {
            store.endAll(id);
        } else if (changed.isPresent() && change.outdatesTokens()) {
            store.changeRights(id);
        } else if (changed.isPresent() && change.enables()) {
            store.changeLimits(List.of(id));
        }
        return changed;
    }

    /** To the address that the account had before the change. */
    private AccountChange.Step tellOf(AccountChange change) {
        return change.password().isEmpty()
                ? AccountChange.Step.NONE
                : (transaction, account) -> notices.tell(
                        transaction, account, MailKind.PASSWORD_CHANGED, Map.of("method", "administrator"));
    }

    /**
     * Does something to an account in the store, while no administrative change is made.
     *
     * @param allowed whether it may be done
     * @param deed may be repeated
     * @return what the deed returned; empty when there is no account with that id
     */
    public <T> Optional<T> with(String id, RightsCheck allowed, Function<Account, T> deed) {
        return accounts.with(id, allowed, deed);
    }

    /**
     * Deletes an account and ends its sessions; returns whether it existed.
     *
     * @param allowed whether it may be changed
     */
    public boolean delete(String id, RightsCheck allowed) {
        return delete(id, AccountChange.Step.NONE, allowed);
    }

    /**
     * Deletes an account as {@link #delete(String, RightsCheck)} does.
     *
     * @param further does more before it is deleted, in the same transaction
     */
    public boolean delete(String id, AccountChange.Step further, RightsCheck allowed) {
        boolean deleted = accounts.delete(id, further, allowed);
        store.endAll(id); // even if absent: an earlier attempt may have reached the database only
        return deleted;
    }

    /**
     * Creates a role or replaces its permissions, and revokes the access tokens of its holders; before it takes
     * permissions away too, as {@link #deleteRole} does.
     *
     * @param allowed checks who does it, and every holder of the role with the new permissions
     * @throws AuthException what {@code allowed} throws, or {@code store_unavailable}, after which the change may be
     *     stored and must be repeated
     */
    public Role putRole(String name, Set<String> permissions, RightsCheck allowed) {
        if (directory
                .role(name)
                .filter(role -> !permissions.containsAll(role.permissions()))
                .isPresent()) {
            store.changeRights(accounts.withRole(name, allowed));
        }
        Accounts.ChangedRole changed = accounts.putRole(name, permissions, allowed);
        store.changeRights(changed.holders());
        return changed.role();
    }

    /**
     * Deletes a role, removes it from its holders and revokes their access tokens.
     *
     * @param allowed checks who does it
     */
    public void deleteRole(String name, RightsCheck allowed) {
        // a store that is down fails before anything is deleted: afterwards nobody could tell who had the role
        store.changeRights(accounts.withRole(name, allowed));
        store.changeRights(accounts.deleteRole(name, allowed));
    }
}
