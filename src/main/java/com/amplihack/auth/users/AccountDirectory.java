package com.amplihack.auth.users;

import com.amplihack.auth.config.source.Secret;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import com.amplihack.auth.store.SessionStore;
import com.amplihack.auth.users.password.PasswordHasher;
import com.amplihack.auth.users.password.PasswordPolicy;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/** Finds, makes and changes accounts and roles; a database that does not answer is a 503, never a wrong answer. */
@Singleton
public class AccountDirectory {
    // without the characters that people mistake for one another
    private static final String PASSWORD_ALPHABET = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int PASSWORD_LENGTH = 24; // of 56 characters each: 139 bits

    private final Accounts accounts;
    private final PasswordHasher hasher;
    private final PasswordPolicy policy;
    private final SessionStore store;
    private final InstantSource clock;

    @Inject
    public AccountDirectory(
            Accounts accounts, PasswordHasher hasher, PasswordPolicy policy, SessionStore store, InstantSource clock) {
        this.accounts = accounts;
        this.store = store;
        this.hasher = hasher;
        this.policy = policy;
        this.clock = clock;
    }

    public Optional<Account> find(String id) {
        return accounts.find(id);
    }

    /** The id of the account that has this name, in any case. */
    public Optional<String> idOf(String username) {
        return Username.parse(username).flatMap(this::findKey).map(AccountKey::id);
    }

    public Optional<AccountKey> findKey(Username username) {
        return accounts.findKey(username);
    }

    /**
     * Some accounts in the order of their names.
     *
     * @param query the start of a name in any spelling that signs in, or the empty string for all
     * @param after the name (as {@link Username#key}) behind which the page starts, or the empty string
     * @param limit of the page
     */
    public List<Account> list(String query, String after, int limit) {
        return Username.startOfKeys(query)
                .map(start -> accounts.list(start, after, limit))
                .orElse(List.of()); // such a name cannot be, and databases refuse some of the characters
    }

    public boolean isEmpty() {
        return accounts.isEmpty();
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
    public Optional<Account> createFirst(String username, Secret password, Set<String> roles) {
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
        change.password().ifPresent(password -> find(id).ifPresent(
                        account -> policy.require("password", account.username(), password)));
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

    public List<Role> roles() {
        return accounts.roles();
    }

    public Optional<Role> role(String name) {
        return accounts.role(name);
    }

    /** The accounts that have the role. */
    public List<Account> withRole(String name) {
        return accounts.withRole(name);
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
        revokeRightsOf(withRole(name));
        return role;
    }

    /** Removes the role, also from everybody who has it; their access tokens are revoked. */
    public void deleteRole(String name) {
        revokeRightsOf(withRole(name));
        revokeRightsOf(accounts.deleteRole(name));
    }

    private void revokeRightsOf(List<Account> holders) {
        holders.forEach(account -> store.changeRights(account.id()));
    }

    /** Replaces the hash that the account was read with by one of the same password; empty when somebody was faster. */
    public Optional<Account> rehash(Account account, String fresh) {
        return accounts.rehash(account.id(), account.passwordHash(), fresh);
    }

    /** Gives the account that was read a new password, which voids its device cookies; empty when somebody was faster. */
    public Optional<Account> replacePassword(Account account, String fresh) {
        return accounts.replacePassword(account.id(), account.passwordHash(), fresh);
    }

    /** A password that nobody has chosen: 24 letters and digits. */
    public static Secret randomPassword() {
        StringBuilder password = new StringBuilder();
        for (int i = 0; i < PASSWORD_LENGTH; i++) {
            password.append(PASSWORD_ALPHABET.charAt(RANDOM.nextInt(PASSWORD_ALPHABET.length())));
        }
        return Secret.of(password.toString());
    }
}
