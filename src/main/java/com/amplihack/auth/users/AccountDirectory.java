package com.amplihack.auth.users;

import com.amplihack.auth.config.Secret;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import com.amplihack.auth.problem.RepeatedLog;
import com.amplihack.auth.store.SecurityStore;
import jakarta.ejb.EJBException;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.persistence.OptimisticLockException;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.logging.Level;
import java.util.logging.Logger;

/** Finds, makes and changes accounts and roles; a database that does not answer is a 503, never a wrong answer. */
@ApplicationScoped
public class AccountDirectory {
    private static final RepeatedLog LOG = new RepeatedLog(Logger.getLogger(AccountDirectory.class.getName()), 1);
    // without the characters that people mistake for one another
    private static final String PASSWORD_ALPHABET = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int TRIES = 5;
    private static final int PASSWORD_LENGTH = 24; // of 56 characters each: 139 bits

    private Accounts accounts;
    private PasswordHasher hasher;
    private PasswordPolicy policy;
    private SecurityStore store;
    private InstantSource clock;

    /** For CDI. */
    public AccountDirectory() {}

    @Inject
    public AccountDirectory(
            Accounts accounts, PasswordHasher hasher, PasswordPolicy policy, SecurityStore store, InstantSource clock) {
        this.accounts = accounts;
        this.store = store;
        this.hasher = hasher;
        this.policy = policy;
        this.clock = clock;
    }

    public Optional<Account> find(String id) {
        return ask(() -> accounts.find(id));
    }

    /** The id of the account that has this name, in any case. */
    public Optional<String> idOf(String username) {
        return Username.parse(username).flatMap(this::findKey).map(AccountKey::id);
    }

    Optional<AccountKey> findKey(Username username) {
        return ask(() -> accounts.findKey(username));
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
                .map(start -> ask(() -> accounts.list(start, after, limit)))
                .orElse(List.of()); // such a name cannot be, and databases refuse some of the characters
    }

    boolean isEmpty() {
        return ask(accounts::isEmpty);
    }

    /**
     * Makes an account.
     *
     * @throws AuthException {@code invalid_request} for a name or role that cannot be, {@code weak_password}, {@code
     *     username_taken}
     */
    public Account create(
            String username, Secret password, Set<String> roles, Set<String> permissions, boolean enabled) {
        Username name = Username.parse(username)
                .orElseThrow(() -> new AuthException(
                        ErrorCode.INVALID_REQUEST,
                        "username: 1 to 64 characters, no control or invisible characters."));
        policy.require("password", name.shown(), password);
        Account account = new Account(UUID.randomUUID().toString(), name, hasher.hash(password), clock.instant());
        account.enabled(enabled);
        try {
            return accounts.add(account, roles, permissions);
        } catch (EJBException failed) {
            if (findKey(name).isPresent()) { // somebody else took the name at the same moment
                throw Accounts.usernameTaken();
            }
            throw unavailable(failed);
        }
    }

    /**
     * Changes an account. Disabling it or resetting its password ends its sessions; other rights revoke its access
     * tokens. The store is told after the database: a login that read the old account meanwhile cannot commit.
     *
     * @return the account as it is now; empty when there is none of that id
     * @throws AuthException {@code weak_password}, {@code invalid_request} or {@code store_unavailable}; after the last
     *     the change may be stored and must be sent again
     */
    public Optional<Account> change(String id, AccountChange change) {
        change.password().ifPresent(password -> find(id).ifPresent(
                        account -> policy.require("password", account.username(), password)));
        Optional<String> freshHash = change.password().map(hasher::hash);
        Optional<Account> changed = ask(() -> accounts.change(id, change, freshHash));
        if (changed.isPresent() && change.endsSessions()) {
            store.endAll(id);
        } else if (changed.isPresent() && change.touchesRights()) {
            store.changeRights(id);
        }
        return changed;
    }

    /** Deletes an account and ends its sessions; whether there was one. */
    public boolean delete(String id) {
        boolean deleted = ask(() -> accounts.delete(id));
        store.endAll(id); // also when a first attempt came no further than the database
        return deleted;
    }

    public List<Role> roles() {
        return ask(accounts::roles);
    }

    public Optional<Role> role(String name) {
        return ask(() -> accounts.role(name));
    }

    /** The accounts that have the role. */
    public List<Account> withRole(String name) {
        return ask(() -> accounts.withRole(name));
    }

    /** Makes the role or gives it other permissions; access tokens of everybody who has it are revoked. */
    public Role putRole(String name, Set<String> permissions) {
        revokeRightsOf(withRole(name)); // a store that is down refuses before anything is changed
        Role role = ask(() -> accounts.putRole(name, permissions));
        revokeRightsOf(withRole(name));
        return role;
    }

    /** Removes the role, also from everybody who has it; their access tokens are revoked. */
    public void deleteRole(String name) {
        revokeRightsOf(withRole(name));
        revokeRightsOf(ask(() -> accounts.deleteRole(name)));
    }

    private void revokeRightsOf(List<Account> holders) {
        holders.forEach(account -> store.changeRights(account.id()));
    }

    /** What an account with these roles and own permissions may do, sorted. */
    public List<String> effectivePermissions(Set<String> roles, Set<String> own) {
        Set<String> all = new TreeSet<>(own);
        roles.forEach(name -> role(name).ifPresent(role -> all.addAll(role.permissions())));
        return List.copyOf(all);
    }

    /** Replaces the hash that the account was read with by one of the same password; empty when somebody was faster. */
    Optional<Account> rehash(Account account, String fresh) {
        return ask(() -> accounts.rehash(account.id(), account.passwordHash(), fresh));
    }

    /** Gives the account that was read a new password, which voids its device cookies; empty when somebody was faster. */
    Optional<Account> replacePassword(Account account, String fresh) {
        return ask(() -> accounts.replacePassword(account.id(), account.passwordHash(), fresh));
    }

    /** A password that nobody has chosen: 24 letters and digits. */
    public static Secret randomPassword() {
        StringBuilder password = new StringBuilder();
        for (int i = 0; i < PASSWORD_LENGTH; i++) {
            password.append(PASSWORD_ALPHABET.charAt(RANDOM.nextInt(PASSWORD_ALPHABET.length())));
        }
        return Secret.of(password.toString());
    }

    private static <T> T ask(Supplier<T> question) {
        for (int attempt = 1; ; attempt++) {
            try {
                return question.get();
            } catch (EJBException failed) {
                if (attempt == TRIES || !isConflict(failed)) {
                    throw unavailable(failed);
                }
            }
        }
    }

    /** Whether somebody else changed the same account at the same moment: then it is read again. */
    private static boolean isConflict(Throwable failed) {
        for (Throwable cause = failed; cause != null; cause = cause.getCause()) {
            if (cause instanceof OptimisticLockException) {
                return true;
            }
        }
        return false;
    }

    private static AuthException unavailable(EJBException failed) {
        Throwable root = failed;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        LOG.log(Level.WARNING, "database", "The account database did not answer: " + root.getMessage());
        return new AuthException(ErrorCode.STORE_UNAVAILABLE, "The account database does not answer.", failed);
    }
}
