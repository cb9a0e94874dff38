package com.amplihack.auth.users;

import com.amplihack.auth.database.Database;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.persistence.EntityManager;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Changes accounts and roles in the database. Administrative changes are serialized across nodes, so that their rules (an
 * administrator remains, names are unique, roles exist, tokens fit) hold under concurrency. Every method throws {@code
 * store_unavailable} when the database does not answer in time.
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
     * @param allowed checks the account before it is stored
     * @throws AuthException {@code username_taken}, {@code invalid_request} for an unknown role, or what {@code
     *     allowed} throws
     */
    Account add(Account account, Set<String> roleNames, Set<String> permissions, RightsCheck allowed) {
        return serialized(allowed, entities -> add(entities, account, roleNames, permissions, allowed));
    }

    /** Runs a change serialized with all others, if its caller may make it. */
    private <T> T serialized(RightsCheck allowed, Function<EntityManager, T> change) {
        return database.writeSerialized(entities -> {
            allowed.requireCaller(id -> Optional.ofNullable(entities.find(Account.class, id)));
            return change.apply(entities);
        });
    }

    /** Stores the first account; empty when any account exists. */
    Optional<Account> addFirst(Account account, Set<String> roleNames) {
        return database.writeSerialized(entities -> AccountDirectory.isEmpty(entities)
                ? Optional.of(add(entities, account, roleNames, Set.of(), RightsCheck.NONE))
                : Optional.empty());
    }

    private static Account add(
            EntityManager entities,
            Account account,
            Set<String> roleNames,
            Set<String> permissions,
            RightsCheck allowed) {
        allowed.requireChangeable(account);
        if (AccountDirectory.findKey(entities, account.usernameKey()).isPresent()) {
            throw new AuthException(ErrorCode.USERNAME_TAKEN, "Another account has this name.");
        }
        account.roles(roles(entities, roleNames));
        account.ownPermissions(permissions);
        allowed.require(account.username(), account.roles(), account.permissions());
        entities.persist(account);
        return account;
    }

    /** Stores a new hash of the same password; empty if the stored hash has changed since the account was read. */
    public Optional<Account> rehash(Account account, String fresh) {
        return ifUnchanged(account, found -> found.rehash(fresh));
    }

    /** Stores a new password, which invalidates device cookies; empty if it has changed since the account was read. */
    public Optional<Account> replacePassword(Account account, String fresh) {
        return ifUnchanged(account, found -> found.newPassword(fresh));
    }

    /** A concurrent change of the password wins, by JPA's optimistic lock. */
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
     * @param allowed checks the account as it was and, changed, before it is stored
     * @return the changed account; empty when there is none with that id
     * @throws AuthException {@code invalid_request} for an unknown role or the last administrator, or what {@code
     *     allowed} throws
     */
    Optional<Account> change(String id, AccountChange change, Optional<String> freshHash, RightsCheck allowed) {
        return serialized(allowed, entities -> {
            Account account = entities.find(Account.class, id);
            if (account == null) {
                return Optional.empty();
            }
            allowed.requireChangeable(account);
            boolean wasAdministrator = account.isAdministrator();
            change.roles().ifPresent(names -> account.roles(roles(entities, names)));
            change.permissions().ifPresent(account::ownPermissions);
            change.enabled().ifPresent(account::enabled);
            freshHash.ifPresent(account::newPassword);
            change.mustChangePassword().ifPresent(account::mustChangePassword);
            if (wasAdministrator && !account.isAdministrator()) {
                requireAnotherAdministrator(entities, id);
            }
            allowed.require(account.username(), account.roles(), account.permissions());
            return Optional.of(account);
        });
    }

    /**
     * Does something to an account outside of the database, while no administrative change is made.
     *
     * @param allowed whether it may be done
     * @param deed may be repeated
     * @return what the deed returned; empty when there is no account with that id
     * @throws AuthException what {@code allowed} or the deed throws
     */
    <T> Optional<T> with(String id, RightsCheck allowed, Function<Account, T> deed) {
        return serialized(allowed, entities -> Optional.ofNullable(entities.find(Account.class, id))
                .map(account -> {
                    allowed.requireChangeable(account);
                    return deed.apply(account);
                }));
    }

    /**
     * Deletes an account.
     *
     * @param allowed whether it may be changed
     * @return whether it existed
     * @throws AuthException {@code invalid_request} for the last administrator, or what {@code allowed} throws
     */
    boolean delete(String id, RightsCheck allowed) {
        return serialized(allowed, entities -> {
            Account account = entities.find(Account.class, id);
            if (account == null) {
                return false;
            }
            allowed.requireChangeable(account);
            if (account.isAdministrator()) {
                requireAnotherAdministrator(entities, id);
            }
            entities.remove(account);
            return true;
        });
    }

    /** A changed role and the ids of the accounts that have it. */
    record ChangedRole(Role role, List<String> holders) {}

    /**
     * Creates a role or replaces its permissions.
     *
     * @param allowed checks every holder of the role with the new permissions, unless they are only taken away
     * @throws AuthException what {@code allowed} throws
     */
    ChangedRole putRole(String name, Set<String> permissions, RightsCheck allowed) {
        return serialized(allowed, entities -> {
            Role role = entities.find(Role.class, name);
            if (role == null) {
                role = new Role(name);
                entities.persist(role);
            }
            boolean grows = !role.permissions().containsAll(permissions);
            role.permissions(permissions);
            RoleHolders holders = new RoleHolders(entities, name);
            if (grows) {
                holders.require(allowed);
            }
            return new ChangedRole(role, holders.ids());
        });
    }

    /** The ids of the accounts that have the role, if the caller may change it. */
    List<String> withRole(String name, RightsCheck allowed) {
        return serialized(allowed, entities -> new RoleHolders(entities, name).ids());
    }

    /** Deletes a role and removes it from its holders; returns their ids. */
    List<String> deleteRole(String name, RightsCheck allowed) {
        return serialized(allowed, entities -> {
            Role role = entities.find(Role.class, name);
            if (role == null) {
                return List.of();
            }
            List<String> holders = new RoleHolders(entities, name).ids();
            entities.createNativeQuery("delete from auth_account_role where role_name = ?")
                    .setParameter(1, name)
                    .executeUpdate();
            entities.remove(role);
            return holders;
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
            throw new AuthException(ErrorCode.INVALID_REQUEST, "This is the last administrator; one must remain.");
        }
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
