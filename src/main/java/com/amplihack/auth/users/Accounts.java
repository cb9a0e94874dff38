package com.amplihack.auth.users;

import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import com.amplihack.auth.users.database.Database;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.persistence.EntityManager;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * The accounts in the database. What administrators change is changed by one transaction after the other, so that each
 * rule (there is an administrator, names differ, roles exist, tokens fit) holds whoever else changes something on whatever
 * node. Every method throws {@code store_unavailable} when the database does not answer in time.
 */
@Singleton
public class Accounts {
    private final Database database;

    @Inject
    public Accounts(Database database) {
        this.database = database;
    }

    public Optional<Account> find(String id) {
        return database.read(entities -> Optional.ofNullable(entities.find(Account.class, id)));
    }

    public Optional<AccountKey> findKey(Username username) {
        return database.read(entities -> findKey(entities, username.key()));
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
        return database.read(entities -> entities.createQuery(
                        "select a from Account a where a.usernameKey like :pattern escape '!'"
                                + " and a.usernameKey > :after order by a.usernameKey",
                        Account.class)
                .setParameter("pattern", literal + "%")
                .setParameter("after", after)
                .setMaxResults(limit)
                .getResultList());
    }

    public boolean isEmpty() {
        return database.read(Accounts::isEmpty);
    }

    /**
     * Stores a new account.
     *
     * @param allowed looks at the account before it is stored
     * @throws AuthException {@code username_taken}, {@code invalid_request} for a role that does not exist, or what {@code
     *     allowed} throws
     */
    public Account add(Account account, Set<String> roleNames, Set<String> permissions, RightsCheck allowed) {
        return database.writeAlone(entities -> add(entities, account, roleNames, permissions, allowed));
    }

    /** The same for the very first account; empty when there is one already. */
    public Optional<Account> addFirst(Account account, Set<String> roleNames) {
        return database.writeAlone(entities -> isEmpty(entities)
                ? Optional.of(add(entities, account, roleNames, Set.of(), RightsCheck.NONE))
                : Optional.empty());
    }

    private static Account add(
            EntityManager entities,
            Account account,
            Set<String> roleNames,
            Set<String> permissions,
            RightsCheck allowed) {
        if (findKey(entities, account.usernameKey()).isPresent()) {
            throw new AuthException(ErrorCode.USERNAME_TAKEN, "Another account has this name.");
        }
        account.roles(roles(entities, roleNames));
        account.ownPermissions(permissions);
        allowed.require(account);
        entities.persist(account);
        return account;
    }

    /** The account with a fresh hash of the same password; empty when it has another than the outdated one. */
    public Optional<Account> rehash(String id, String outdated, String fresh) {
        return ifUnchanged(id, outdated, account -> account.rehash(fresh));
    }

    /** The account with a new password; empty when its hash is another than the outdated one. */
    public Optional<Account> replacePassword(String id, String outdated, String fresh) {
        return ifUnchanged(id, outdated, account -> account.newPassword(fresh));
    }

    /** A change of the password in between wins: the account's version is compared when it is stored. */
    private Optional<Account> ifUnchanged(String id, String expected, Consumer<Account> change) {
        return database.write(entities -> {
            Optional<Account> account = Optional.ofNullable(entities.find(Account.class, id))
                    .filter(found -> found.passwordHash().equals(expected));
            account.ifPresent(change);
            return account;
        });
    }

    /**
     * Changes an account.
     *
     * @param freshHash of the new password, if the change has one
     * @param allowed looks at the changed account before it is stored
     * @return the account as it is now; empty when there is none of that id
     * @throws AuthException {@code invalid_request} for a role that does not exist and for the last administrator, or what
     *     {@code allowed} throws
     */
    public Optional<Account> change(String id, AccountChange change, Optional<String> freshHash, RightsCheck allowed) {
        return database.writeAlone(entities -> {
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
            allowed.require(account);
            return Optional.of(account);
        });
    }

    /**
     * Deletes an account.
     *
     * @return whether there was one
     * @throws AuthException {@code invalid_request} for the last administrator
     */
    public boolean delete(String id) {
        return database.writeAlone(entities -> {
            Account account = entities.find(Account.class, id);
            if (account == null) {
                return false;
            }
            if (account.isAdministrator()) {
                requireAnotherAdministrator(entities, id);
            }
            entities.remove(account);
            return true;
        });
    }

    public List<Role> roles() {
        return database.read(entities -> entities.createQuery("select r from Role r order by r.name", Role.class)
                .getResultList());
    }

    public Optional<Role> role(String name) {
        return database.read(entities -> Optional.ofNullable(entities.find(Role.class, name)));
    }

    /** The accounts that have the role. */
    public List<Account> withRole(String name) {
        return database.read(entities -> withRole(entities, name));
    }

    /**
     * Who has the role, after a look at everybody as they would be if it had these permissions; nothing is stored.
     *
     * @throws AuthException what {@code allowed} throws
     */
    public List<Account> withRole(String name, Set<String> permissions, RightsCheck allowed) {
        return database.read(entities -> {
            Role role = entities.find(Role.class, name);
            if (role == null) {
                return List.of();
            }
            role.permissions(permissions);
            List<Account> holders = withRole(entities, name);
            holders.forEach(allowed::require);
            return holders;
        });
    }

    /**
     * Makes the role, or gives it other permissions.
     *
     * @param allowed looks at everybody who has the role, as they will be
     * @throws AuthException what {@code allowed} throws
     */
    public Role putRole(String name, Set<String> permissions, RightsCheck allowed) {
        return database.writeAlone(entities -> {
            Role role = entities.find(Role.class, name);
            if (role == null) {
                role = new Role(name);
                entities.persist(role);
            }
            role.permissions(permissions);
            withRole(entities, name).forEach(allowed::require);
            return role;
        });
    }

    /** Takes the role from everybody who has it and removes it; who had it. */
    public List<Account> deleteRole(String name) {
        return database.writeAlone(entities -> {
            Role role = entities.find(Role.class, name);
            if (role == null) {
                return List.of();
            }
            List<Account> had = withRole(entities, name);
            had.forEach(account -> account.drop(role));
            entities.remove(role);
            return had;
        });
    }

    private static boolean isEmpty(EntityManager entities) {
        return entities.createQuery("select a.id from Account a", String.class)
                .setMaxResults(1)
                .getResultList()
                .isEmpty();
    }

    private static void requireAnotherAdministrator(EntityManager entities, String id) {
        long others = entities.createQuery(
                        "select count(a) from Account a join a.roles r"
                                + " where r.name = :admin and a.enabled = true and a.id <> :id",
                        Long.class)
                .setParameter("admin", Account.ADMIN)
                .setParameter("id", id)
                .getSingleResult();
        if (others == 0) {
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
}
