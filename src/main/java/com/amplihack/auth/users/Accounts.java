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
 * Changes accounts and roles in the database, each time as a whole: what administrators change is changed by one transaction after the other, so that each
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

    /**
     * Stores a new account.
     *
     * @param allowed looks at the account before it is stored
     * @throws AuthException {@code username_taken}, {@code invalid_request} for a role that does not exist, or what {@code
     *     allowed} throws
     */
    Account add(Account account, Set<String> roleNames, Set<String> permissions, RightsCheck allowed) {
        return database.writeAlone(entities -> add(entities, account, roleNames, permissions, allowed));
    }

    /** The same for the very first account; empty when there is one already. */
    Optional<Account> addFirst(Account account, Set<String> roleNames) {
        return database.writeAlone(entities -> AccountDirectory.isEmpty(entities)
                ? Optional.of(add(entities, account, roleNames, Set.of(), RightsCheck.NONE))
                : Optional.empty());
    }

    private static Account add(
            EntityManager entities,
            Account account,
            Set<String> roleNames,
            Set<String> permissions,
            RightsCheck allowed) {
        if (AccountDirectory.findKey(entities, account.usernameKey()).isPresent()) {
            throw new AuthException(ErrorCode.USERNAME_TAKEN, "Another account has this name.");
        }
        account.roles(roles(entities, roleNames));
        account.ownPermissions(permissions);
        allowed.require(account);
        entities.persist(account);
        return account;
    }

    /** Replaces the hash that the account was read with by one of the same password; empty when somebody was faster. */
    public Optional<Account> rehash(Account account, String fresh) {
        return ifUnchanged(account, found -> found.rehash(fresh));
    }

    /** Gives the account that was read a new password, which voids its device cookies; empty when somebody was faster. */
    public Optional<Account> replacePassword(Account account, String fresh) {
        return ifUnchanged(account, found -> found.newPassword(fresh));
    }

    /** A change of the password in between wins: the account's version is compared when it is stored. */
    private Optional<Account> ifUnchanged(Account read, Consumer<Account> change) {
        return database.write(entities -> {
            Optional<Account> account = Optional.ofNullable(entities.find(Account.class, read.id()))
                    .filter(found -> found.passwordHash().equals(read.passwordHash()));
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
    Optional<Account> change(String id, AccountChange change, Optional<String> freshHash, RightsCheck allowed) {
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
    boolean delete(String id) {
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

    /** The accounts that have the role. */
    List<Account> withRole(String name) {
        return database.read(entities -> withRole(entities, name));
    }

    /**
     * Who has the role, after a look at everybody as they would be if it had these permissions; nothing is stored.
     *
     * @throws AuthException what {@code allowed} throws
     */
    List<Account> withRole(String name, Set<String> permissions, RightsCheck allowed) {
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
    Role putRole(String name, Set<String> permissions, RightsCheck allowed) {
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
    List<Account> deleteRole(String name) {
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
}
