package com.amplihack.auth.users;

import com.amplihack.auth.database.Database;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.store.SecurityStore;
import com.amplihack.auth.store.budget.Budget;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.persistence.EntityManager;
import jakarta.persistence.Query;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * The budgets of accounts and roles in the database, at most one of each. A change counts from the next request on. Every
 * method throws {@code store_unavailable} when the database or the store does not answer in time; a change may then be
 * stored and must be repeated.
 */
@Singleton
public class Budgets implements BudgetDirectory {
    private final Database database;
    private final SecurityStore store;

    @Inject
    public Budgets(Database database, SecurityStore store) {
        this.database = database;
        this.store = store;
    }

    @Override
    public boolean any() {
        return database.read(entities -> Stream.of(Place.values()).anyMatch(place -> place.any(entities)));
    }

    /** Where the budgets of a scope are stored. */
    private enum Place {
        ACCOUNT("auth_account_budget", "account_id", Budget.Scope.ACCOUNT),
        ROLE("auth_role_budget", "role_name", Budget.Scope.ROLE);

        private final String table;
        private final String owner;
        private final Budget.Scope scope;

        Place(String table, String owner, Budget.Scope scope) {
            this.table = table;
            this.owner = owner;
            this.scope = scope;
        }

        Budget budget(Object[] row) {
            return new Budget(
                    scope,
                    this == ROLE ? (String) row[0] : "",
                    limit(row[1]),
                    limit(row[2]),
                    Budget.Window.valueOf((String) row[3]));
        }

        private static OptionalLong limit(Object column) {
            long limit = ((Number) column).longValue();
            return limit == 0 ? OptionalLong.empty() : OptionalLong.of(limit);
        }

        boolean any(EntityManager entities) {
            return !entities.createNativeQuery("select " + owner + " from " + table)
                    .setMaxResults(1)
                    .getResultList()
                    .isEmpty();
        }

        List<Budget> find(EntityManager entities, Set<String> owners) {
            if (owners.isEmpty()) {
                return List.of();
            }
            Query query = entities.createNativeQuery("select " + owner + ", tokens, requests, calendar_window from "
                    + table + " where " + owner + " in (" + "?, ".repeat(owners.size() - 1) + "?) order by " + owner);
            int at = 0;
            for (String name : owners) {
                query.setParameter(++at, name);
            }
            List<Budget> found = new ArrayList<>();
            for (Object row : query.getResultList()) {
                found.add(budget((Object[]) row));
            }
            return found;
        }

        /** Replaces an owner's budget. */
        void put(EntityManager entities, String name, Optional<Budget> budget) {
            entities.createNativeQuery("delete from " + table + " where " + owner + " = ?")
                    .setParameter(1, name)
                    .executeUpdate();
            budget.ifPresent(limits -> entities.createNativeQuery("insert into " + table + " (" + owner
                            + ", tokens, requests, calendar_window) values (?, ?, ?, ?)")
                    .setParameter(1, name)
                    .setParameter(2, limits.tokens().orElse(0))
                    .setParameter(3, limits.requests().orElse(0))
                    .setParameter(4, limits.window().name())
                    .executeUpdate());
        }
    }

    @Override
    public List<Budget> of(String accountId, Set<String> roles) {
        return database.read(entities -> {
            List<Budget> all = new ArrayList<>(Place.ACCOUNT.find(entities, Set.of(accountId)));
            all.addAll(Place.ROLE.find(entities, roles));
            return all;
        });
    }

    public Optional<Budget> ofAccount(String id) {
        return of(id, Set.of()).stream().findFirst();
    }

    public Optional<Budget> ofRole(String name) {
        return database.read(entities -> Place.ROLE.find(entities, Set.of(name))).stream()
                .findFirst();
    }

    /**
     * Sets or removes an account's budget.
     *
     * @param allowed whether the account may be changed
     * @return whether there is such an account
     * @throws AuthException what {@code allowed} throws
     */
    public boolean setOfAccount(String id, Optional<Budget> budget, RightsCheck allowed) {
        boolean found = serialized(allowed, entities -> {
            Account account = entities.find(Account.class, id);
            if (account == null) {
                return false;
            }
            allowed.requireChangeable(account);
            Place.ACCOUNT.put(entities, id, budget);
            return true;
        });
        if (found) {
            takeEffect(List.of(id), Budget.Scope.ACCOUNT, "");
        }
        return found;
    }

    /**
     * Sets or removes the budget that each holder of a role has.
     *
     * @param allowed whether the role may be changed
     * @return whether there is such a role
     * @throws AuthException what {@code allowed} throws
     */
    public boolean setOfRole(String name, Optional<Budget> budget, RightsCheck allowed) {
        Optional<List<String>> holders = serialized(allowed, entities -> {
            if (entities.find(Role.class, name) == null) {
                return Optional.empty();
            }
            Place.ROLE.put(entities, name, budget);
            return Optional.of(new RoleHolders(entities, name).ids());
        });
        holders.ifPresent(ids -> takeEffect(ids, Budget.Scope.ROLE, name));
        return holders.isPresent();
    }

    private <T> T serialized(RightsCheck allowed, Function<EntityManager, T> change) {
        return database.writeSerialized(entities -> {
            allowed.requireCaller(id -> Optional.ofNullable(entities.find(Account.class, id)));
            return change.apply(entities);
        });
    }

    private void takeEffect(List<String> accounts, Budget.Scope scope, String name) {
        store.recount(accounts, scope, name);
        store.changeLimits(accounts);
    }
}
