package com.amplihack.auth.users;

import com.amplihack.auth.config.Configuration;
import com.amplihack.auth.database.Database;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.persistence.EntityManager;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Function;

/**
 * Changes accounts and roles in the database. Administrative changes are serialized across nodes, so that their rules (an
 * administrator remains, names are unique, roles exist, tokens fit) hold under concurrency. Every method throws {@code
 * store_unavailable} when the database does not answer in time.
 */
@Singleton
public class Accounts {
    private final Database database;
    private final Configuration configuration;
    private final InstantSource clock;

    @Inject
    public Accounts(Database database, Configuration configuration, InstantSource clock) {
        this.database = database;
        this.configuration = configuration;
        this.clock = clock;
    }

    /**
     * Stores a new account.
     *
     * @param further does more before it is stored
     * @param allowed checks the account before it is stored
     * @throws AuthException {@code username_taken}, {@code invalid_request} for an unknown role, or what {@code
     *     allowed} throws
     */
    Account add(
            Account account,
            Set<String> roleNames,
            Set<String> permissions,
            AccountChange.Step further,
            RightsCheck allowed) {
        return serialized(allowed, entities -> {
            add(entities, account, roleNames, permissions, allowed);
            further.apply(entities, account);
            entities.persist(account);
            return account;
        });
    }

    /** Stores a new account with nothing more. */
    Account add(Account account, Set<String> roleNames, Set<String> permissions, RightsCheck allowed) {
        return add(account, roleNames, permissions, AccountChange.Step.NONE, allowed);
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
        return database.writeSerialized(entities -> {
            if (!AccountDirectory.isEmpty(entities)) {
                return Optional.empty();
            }
            add(entities, account, roleNames, Set.of(), RightsCheck.NONE);
            entities.persist(account);
            return Optional.of(account);
        });
    }

    private static void add(
            EntityManager entities,
            Account account,
            Set<String> roleNames,
            Set<String> permissions,
            RightsCheck allowed) {
        allowed.requireChangeable(account);
        requireFree(entities, account.usernameKey(), account.id());
        account.roles(roles(entities, roleNames));
        account.ownPermissions(permissions);
        allowed.require(account.username(), account.roles(), account.permissions());
    }

    private static void requireFree(EntityManager entities, String usernameKey, String id) {
        AccountDirectory.findKey(entities, usernameKey)
                .filter(holder -> !holder.id().equals(id))
                .ifPresent(holder -> {
                    throw new AuthException(ErrorCode.USERNAME_TAKEN, "Another account has this name.");
                });
    }

    /** Stores a new hash of the same password; empty if the stored hash has changed since the account was read. */
    public Optional<Account> rehash(Account account, String fresh) {
        return ifUnchanged(account, (entities, found) -> found.rehash(fresh));
    }

    /**
     * Stores a new password, which invalidates device cookies, and remembers the old one ({@link PasswordHistory}); empty
     * if it has changed since the account was read.
     *
     * @param further does more in the same transaction
     */
    public Optional<Account> replacePassword(Account account, String fresh, AccountChange.Step further) {
        return ifUnchanged(account, (entities, found) -> {
            newPassword(entities, found, fresh);
            further.apply(entities, found);
        });
    }

    /**
     * Lets an account whose password is older than {@code auth.password.max.days} do nothing but change it.
     *
     * @param account as it was read when its password was checked
     * @return the account as it is then
     * @throws AuthException {@code invalid_credentials} if the password has changed meanwhile
     */
    public Account limitIfExpired(Account account) {
        boolean expired = configuration
                .settings()
                .passwords()
                .longestUse()
                .filter(longest -> account.passwordSetAt().plus(longest).isBefore(clock.instant()))
                .isPresent();
        if (!expired || account.mustChangePassword()) {
            return account;
        }
        return database.write(entities -> {
            Account found = Optional.ofNullable(entities.find(Account.class, account.id()))
                    .filter(now -> now.passwordVersion() == account.passwordVersion())
                    .orElseThrow(() ->
                            new AuthException(ErrorCode.INVALID_CREDENTIALS, "The account was changed concurrently."));
            found.mustChangePassword(true);
            return found;
        });
    }

    private void newPassword(EntityManager entities, Account account, String hash) {
        PasswordHistory.remember(
                entities, account, configuration.settings().passwords().history());
        account.newPassword(hash, clock.instant());
    }

    /**
     * Changes an account for somebody who holds a proof of its mailbox, serialized with administrative changes.
     *
     * @param proof checks and uses up the proof in the same transaction, before the change
     * @param fresh the hash of a new password, if it gets one
     * @return empty when there is no account with that id
     * @throws AuthException what {@code proof} throws
     */
    public Optional<Account> changeByProof(String id, AccountChange.Step proof, Optional<String> fresh) {
        return database.writeSerialized(entities -> {
            Optional<Account> account = Optional.ofNullable(entities.find(Account.class, id));
            account.ifPresent(found -> {
                proof.apply(entities, found);
                fresh.ifPresent(hash -> newPassword(entities, found, hash));
            });
            return account;
        });
    }

    /** A concurrent change of the password wins, by JPA's optimistic lock. */
    private Optional<Account> ifUnchanged(Account read, BiConsumer<EntityManager, Account> change) {
        return database.write(entities -> {
            Optional<Account> account = Optional.ofNullable(entities.find(Account.class, read.id()))
                    .filter(found -> found.passwordHash().equals(read.passwordHash()));
            account.ifPresent(found -> change.accept(entities, found));
            return account;
        });
    }

    /**
     * Changes an account.
     *
     * @param freshHash of the new password, if the change has one
     * @param allowed checks the account as it was and, changed, before it is stored
     * @return the changed account; empty when there is none with that id
     * @throws AuthException {@code invalid_request} for an unknown role or the last administrator, {@code username_taken}, or what {@code
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
            change.username().ifPresent(name -> {
                requireFree(entities, name.key(), id);
                account.username(name);
            });
            change.roles().ifPresent(names -> account.roles(roles(entities, names)));
            change.permissions().ifPresent(account::ownPermissions);
            change.enabled().ifPresent(account::enabled);
            freshHash.ifPresent(hash -> newPassword(entities, account, hash));
            change.mustChangePassword().ifPresent(account::mustChangePassword);
            change.further().apply(entities, account);
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
     * @param further does more before it is deleted
     * @param allowed whether it may be changed
     * @return whether it existed
     * @throws AuthException {@code invalid_request} for the last administrator, or what {@code allowed} throws
     */
    boolean delete(String id, AccountChange.Step further, RightsCheck allowed) {
        return serialized(allowed, entities -> {
            Account account = entities.find(Account.class, id);
            if (account == null) {
                return false;
            }
            allowed.requireChangeable(account);
            if (account.isAdministrator()) {
                requireAnotherAdministrator(entities, id);
            }
            further.apply(entities, account);
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
