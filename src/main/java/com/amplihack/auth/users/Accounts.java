package com.amplihack.auth.users;

import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import jakarta.ejb.Stateless;
import jakarta.inject.Inject;
import jakarta.persistence.EntityManager;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/** The accounts in the database; each call is one transaction. For {@link AccountDirectory} alone (an EJB has to be public). */
@Stateless
public class Accounts {
    @Inject
    private Database database;

    public Optional<Account> find(String id) {
        try (EntityManager entities = database.entities()) {
            return Optional.ofNullable(entities.find(Account.class, id));
        }
    }

    public Optional<AccountKey> findKey(Username username) {
        try (EntityManager entities = database.entities()) {
            return findKey(entities, username.key());
        }
    }

    /**
     * Some accounts in the order of their names.
     *
     * @param start of their keys (see {@link Username#startOfKeys}), or the empty string for all
     * @param after the name (as {@link Username#key}) behind which the page starts, or the empty string
     * @param limit of the page
     */
    public List<Account> list(String start, String after, int limit) {
        String literal = start.replace("!", "!!").replace("%", "!%").replace("_", "!_");
        try (EntityManager entities = database.entities()) {
            return entities.createQuery(
                            "select a from Account a where a.usernameKey like :pattern escape '!'"
                                    + " and a.usernameKey > :after order by a.usernameKey",
                            Account.class)
                    .setParameter("pattern", literal + "%")
                    .setParameter("after", after)
                    .setMaxResults(limit)
                    .getResultList();
        }
    }

    public boolean isEmpty() {
        try (EntityManager entities = database.entities()) {
            return entities.createQuery("select count(a) from Account a", Long.class)
                            .getSingleResult()
                    == 0;
        }
    }

    /**
     * Stores a new account.
     *
     * @throws AuthException {@code username_taken}, or {@code invalid_request} for a role that does not exist
     */
    public Account add(Account account, Set<String> roleNames, Set<String> permissions) {
        try (EntityManager entities = database.entities()) {
            if (findKey(entities, account.usernameKey()).isPresent()) {
                throw usernameTaken();
            }
            account.roles(roles(entities, roleNames));
            account.ownPermissions(permissions);
            entities.persist(account);
            entities.flush();
            return account;
        }
    }

    /** The account with a fresh hash of the same password; empty when it has another than the outdated one. */
    public Optional<Account> rehash(String id, String outdated, String fresh) {
        return ifUnchanged(id, outdated, account -> account.rehash(fresh));
    }

    /** The account with a new password; empty when its hash is another than the outdated one. */
    public Optional<Account> replacePassword(String id, String outdated, String fresh) {
        return ifUnchanged(id, outdated, account -> account.newPassword(fresh));
    }

    /** A change of the password in between wins. */
    private Optional<Account> ifUnchanged(String id, String expected, Consumer<Account> change) {
        try (EntityManager entities = database.entities()) {
            Account account = entities.find(Account.class, id);
            if (account == null || !account.passwordHash().equals(expected)) {
                return Optional.empty();
            }
            change.accept(account);
            entities.flush();
            return Optional.of(account);
        }
    }

    /**
     * Changes an account.
     *
     * @param freshHash of the new password, if the change has one
     * @return the account as it is now; empty when there is none of that id
     * @throws AuthException {@code invalid_request} for a role that does not exist
     */
    public Optional<Account> change(String id, AccountChange change, Optional<String> freshHash) {
        try (EntityManager entities = database.entities()) {
            Account account = entities.find(Account.class, id);
            if (account == null) {
                return Optional.empty();
            }
            boolean administered = account.isAdministrator();
            change.roles().ifPresent(names -> account.roles(roles(entities, names)));
            change.permissions().ifPresent(account::ownPermissions);
            change.enabled().ifPresent(account::enabled);
            freshHash.ifPresent(account::newPassword);
            if (administered && !account.isAdministrator()) {
                requireAnotherAdministrator(entities, id);
            }
            entities.flush();
            return Optional.of(account);
        }
    }

    /** Whether there was one. */
    public boolean delete(String id) {
        try (EntityManager entities = database.entities()) {
            Account account = entities.find(Account.class, id);
            if (account != null) {
                if (account.isAdministrator()) {
                    requireAnotherAdministrator(entities, id);
                }
                entities.remove(account);
                entities.flush();
            }
            return account != null;
        }
    }

    public List<Role> roles() {
        try (EntityManager entities = database.entities()) {
            return entities.createQuery("select r from Role r order by r.name", Role.class)
                    .getResultList();
        }
    }

    public Optional<Role> role(String name) {
        try (EntityManager entities = database.entities()) {
            return Optional.ofNullable(entities.find(Role.class, name));
        }
    }

    /** The accounts that have the role. */
    public List<Account> withRole(String name) {
        try (EntityManager entities = database.entities()) {
            return withRole(entities, name);
        }
    }

    /** Makes the role, or gives it other permissions. */
    public Role putRole(String name, Set<String> permissions) {
        try (EntityManager entities = database.entities()) {
            Role role = entities.find(Role.class, name);
            if (role == null) {
                role = new Role(name);
                entities.persist(role);
            }
            role.permissions(permissions);
            entities.flush();
            return role;
        }
    }

    /** Takes the role from everybody who has it and removes it; who had it. */
    public List<Account> deleteRole(String name) {
        try (EntityManager entities = database.entities()) {
            Role role = entities.find(Role.class, name);
            if (role == null) {
                return List.of();
            }
            List<Account> had = withRole(entities, name);
            had.forEach(account -> account.drop(role));
            entities.remove(role);
            entities.flush();
            return had;
        }
    }

    private static void requireAnotherAdministrator(EntityManager entities, String id) {
        if (withRole(entities, Account.ADMIN).stream()
                .noneMatch(other -> other.isAdministrator() && !other.id().equals(id))) {
            throw new AuthException(
                    ErrorCode.INVALID_REQUEST, "This is the last administrator: without one nobody could administer.");
        }
    }

    private static List<Account> withRole(EntityManager entities, String name) {
        return entities.createQuery("select a from Account a join a.roles r where r.name = :name", Account.class)
                .setParameter("name", name)
                .getResultList();
    }

    private static Set<Role> roles(EntityManager entities, Set<String> names) {
        Set<Role> roles = new HashSet<>();
        for (String name : names) {
            Role role = entities.find(Role.class, name);
            if (role == null) {
                throw new AuthException(ErrorCode.INVALID_REQUEST, "roles: there is no role '" + name + "'.");
            }
            roles.add(role);
        }
        return roles;
    }

    private static Optional<AccountKey> findKey(EntityManager entities, String usernameKey) {
        return entities.createQuery(
                        "select a.id, a.passwordVersion from Account a where a.usernameKey = :key", Object[].class)
                .setParameter("key", usernameKey)
                .getResultStream()
                .findFirst()
                .map(columns -> new AccountKey((String) columns[0], (Long) columns[1]));
    }

    static AuthException usernameTaken() {
        return new AuthException(ErrorCode.USERNAME_TAKEN, "Another account has this name.");
    }
}
