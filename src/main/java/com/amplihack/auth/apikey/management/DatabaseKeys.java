package com.amplihack.auth.apikey.management;

import com.amplihack.auth.apikey.ApiKey;
import com.amplihack.auth.apikey.KeyDirectory;
import com.amplihack.auth.apikey.KeyGrant;
import com.amplihack.auth.database.Database;
import com.amplihack.auth.database.TextPrefix;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import com.amplihack.auth.store.budget.Budget;
import com.amplihack.auth.users.Account;
import com.amplihack.auth.users.BudgetDirectory;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.persistence.TypedQuery;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Finds API keys. Every method throws {@code store_unavailable} when the database does not answer in time. */
@Singleton
public class DatabaseKeys implements KeyDirectory {
    private final Database database;
    private final Instance<BudgetDirectory> budgets;
    private final InstantSource clock;

    @Inject
    public DatabaseKeys(Database database, Instance<BudgetDirectory> budgets, InstantSource clock) {
        this.database = database;
        this.budgets = budgets;
        this.clock = clock;
    }

    @Override
    public Optional<String> ownerOf(String keyId) {
        return database.read(
                entities -> entities.createQuery("select k.accountId from KeyRecord k where k.id = :id", String.class)
                        .setParameter("id", keyId)
                        .getResultStream()
                        .findFirst());
    }

    @Override
    public Optional<KeyGrant> find(String keyId) {
        return database.read(entities -> Optional.ofNullable(entities.find(KeyRecord.class, keyId))
                        .filter(key -> key.isLive(clock.instant()))
                        .flatMap(key -> Optional.ofNullable(entities.find(Account.class, key.accountId()))
                                .filter(account -> account.enabled() && !account.mustChangePassword())
                                .map(account -> new Live(key, account))))
                .map(this::grant);
    }

    private record Live(KeyRecord key, Account account) {}

    private KeyGrant grant(Live live) {
        KeyRecord key = live.key();
        Account account = live.account();
        KeyTerms terms = key.terms();
        List<Budget> applying = new ArrayList<>();
        key.budget().ifPresent(applying::add);
        budgets.forEach(directory -> applying.addAll(directory.of(account.id(), new HashSet<>(account.roles()))));
        return new KeyGrant(
                key.id(),
                key.hash(),
                account.id(),
                account.username(),
                terms.rolesOf(account),
                terms.permissionsOf(account),
                List.copyOf(terms.models()),
                List.copyOf(terms.cidrs()),
                key.expiresAt(),
                applying);
    }

    /** A key in a list, with the name of its account. */
    public record Listed(KeyRecord key, String username) {}

    /**
     * What a list shows of the keys that are not revoked.
     *
     * @param accountId whose keys; empty for everybody's
     * @param name what their names begin with, in any case
     * @param id what their ids begin with
     */
    public record Filter(Optional<String> accountId, String name, String id) {
        /**
         * The filter of a search.
         *
         * @param query what the names begin with, or, from {@code amp_} on, what the keys themselves begin with
         * @throws AuthException {@code invalid_request} for what no key begins with, or for a whole key, which must be
         *     sent nowhere but in a header
         */
        public static Filter of(Optional<String> accountId, String query) {
            if (!ApiKey.isOne(query)) {
                if (!KeyTerms.isShowable(query)) {
                    throw invalid("no control or invisible characters");
                }
                return new Filter(accountId, query, "");
            }
            String id = query.substring(ApiKey.PREFIX.length());
            if (!id.matches("[0-9A-Za-z]{0," + ApiKey.ID_LENGTH + "}")) {
                throw invalid("of a key at most " + ApiKey.ID_LENGTH + " letters and digits after " + ApiKey.PREFIX);
            }
            return new Filter(accountId, "", id);
        }

        private static AuthException invalid(String need) {
            return new AuthException(ErrorCode.INVALID_REQUEST, "query: " + need + ".");
        }

        /** All keys of an account. */
        static Filter ofAccount(String accountId) {
            return new Filter(Optional.of(accountId), "", "");
        }
    }

    /**
     * A page of keys that are not revoked, sorted by name.
     *
     * @param after the {@link KeyRecord#sortKey} after which the page starts, or the empty string
     */
    List<Listed> list(Filter filter, String after, int limit) {
        Map<String, Object> parameters = new LinkedHashMap<>();
        StringBuilder query = new StringBuilder("select k, a.username from KeyRecord k, Account a"
                + " where a.id = k.accountId and k.revoked = false and k.sortKey > :after");
        parameters.put("after", after);
        filter.accountId().ifPresent(account -> {
            query.append(" and k.accountId = :account");
            parameters.put("account", account);
        });
        range(query, parameters, "sortKey", KeyRecord.sortPrefix(filter.name()));
        range(query, parameters, "id", filter.id());
        return database.read(entities -> {
            TypedQuery<Object[]> page = entities.createQuery(query + " order by k.sortKey", Object[].class);
            parameters.forEach(page::setParameter);
            return page.setMaxResults(limit)
                    .getResultStream()
                    .map(columns -> new Listed((KeyRecord) columns[0], (String) columns[1]))
                    .toList();
        });
    }

    /** Adds the condition that a column begins with a text, as a range of its index. */
    private static void range(StringBuilder query, Map<String, Object> parameters, String column, String prefix) {
        TextPrefix.beyond(prefix).ifPresent(beyond -> {
            query.append(" and k.%1$s >= :%1$sFrom and k.%1$s < :%1$sTo".replace("%1$s", column));
            parameters.put(column + "From", prefix);
            parameters.put(column + "To", beyond);
        });
    }

    /** How many keys are neither revoked nor expired, for a gauge; too slow for the request path. */
    public long live() {
        Instant now = clock.instant();
        return database.read(entities -> entities.createQuery(
                        "select count(k) from KeyRecord k where k.revoked = false and k.expiresAt > :now", Long.class)
                .setParameter("now", now.toEpochMilli())
                .getSingleResult());
    }
}
