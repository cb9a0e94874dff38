package com.amplihack.auth.users.listing;

import com.amplihack.auth.database.Database;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import com.amplihack.auth.users.Account;
import com.amplihack.auth.users.EmailAddress;
import com.amplihack.auth.users.Username;
import com.amplihack.auth.users.listing.AccountOrder.Column;
import com.amplihack.auth.users.listing.AccountOrder.Place;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.persistence.TypedQuery;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.eclipse.persistence.annotations.BatchFetchType;
import org.eclipse.persistence.config.QueryHints;

/**
 * Searches and sorts accounts. A page is read in the order of an index from where the last one ended, so that nobody is
 * left out or shown twice whose place does not change meanwhile; a search that takes longer than a second is given up.
 */
@Singleton
public class AccountList {
    private static final int MAX_TEXT = 512;
    private static final String MAX_MILLIS = "1000";

    private final Database database;

    @Inject
    public AccountList(Database database) {
        this.database = database;
    }

    /**
     * What is asked for.
     *
     * @param text a part of the name, in any spelling that signs in, or of the address; empty for all
     * @param role that the accounts have; empty for all
     * @param enabled whether they are; empty for all
     * @param sort {@code username}, {@code created_at} or {@code last_sign_in_at}, with {@code -} in front for the other
     *     direction
     * @param cursor of the page before; empty for the first page
     */
    public record Question(String text, Optional<String> role, Optional<Boolean> enabled, String sort, String cursor) {}

    /**
     * What is found.
     *
     * @param next the cursor of the next page; empty for the last one
     */
    public record Page(List<Account> accounts, Optional<String> next) {
        public Page {
            accounts = List.copyOf(accounts);
        }
    }

    /**
     * A page of accounts.
     *
     * @param most accounts on it
     * @throws AuthException {@code invalid_request} for an unknown order or a cursor of another one, {@code overloaded}
     *     when the search takes too long, {@code store_unavailable}
     */
    public Page page(Question question, int most) {
        AccountOrder order = AccountOrder.parse(question.sort())
                .orElseThrow(() -> new AuthException(
                        ErrorCode.INVALID_REQUEST,
                        "sort: username, created_at or last_sign_in_at, with - in front for descending."));
        Optional<Place> after = question.cursor().isEmpty()
                ? Optional.empty()
                : Optional.of(order.place(question.cursor())
                        .orElseThrow(() -> new AuthException(
                                ErrorCode.INVALID_REQUEST,
                                "cursor: not issued by this service, or for another sort.")));
        Optional<String> part = Username.searchKey(question.text());
        if (part.isEmpty() || question.text().length() > MAX_TEXT) {
            return new Page(List.of(), Optional.empty()); // no such name can be, and databases refuse some characters
        }
        List<Account> found = new ArrayList<>(read(question, part.get(), order, after, most + 1));
        if (found.size() <= most) {
            return new Page(found, Optional.empty());
        }
        List<Account> shown = found.subList(0, most);
        return new Page(shown, Optional.of(order.cursor(shown.get(most - 1))));
    }

    /** One range of an index, and one query each for the page's roles and permissions. */
    private List<Account> read(Question question, String part, AccountOrder order, Optional<Place> after, int most) {
        List<String> conditions = new ArrayList<>();
        Map<String, Object> parameters = new HashMap<>();
        if (!part.isEmpty()) {
            conditions.add("(a.usernameKey like :part escape '!' or a.emailKey like :part escape '!'"
                    + " or a.emailKey = :address)");
            parameters.put("part", "%" + part.replaceAll("[!%_]", "!$0") + "%");
            parameters.put(
                    "address",
                    EmailAddress.parse(question.text()).map(EmailAddress::key).orElse(""));
        }
        question.enabled().ifPresent(enabled -> {
            // on pages of H2, EclipseLink writes booleans as numbers, which H2 compares with no boolean
            conditions.add("sql('cast(? as integer)', a.enabled) = :enabled");
            parameters.put("enabled", enabled ? 1 : 0);
        });
        question.role().ifPresent(role -> {
            conditions.add("exists (select r.name from a.roles r where r.name = :role)");
            parameters.put("role", role);
        });
        String field = "a." + order.column().field();
        String beyond = order.descending() ? "<" : ">";
        after.ifPresent(place -> {
            if (order.column() == Column.USERNAME) {
                conditions.add(field + " " + beyond + " :key");
                parameters.put("key", place.key());
            } else { // the first comparison is the range of the index
                conditions.add(field + " " + beyond + "= :millis and (" + field + " " + beyond + " :millis or a.id "
                        + beyond + " :id)");
                parameters.put("millis", place.millis());
                parameters.put("id", place.id());
            }
        });
        String direction = order.descending() ? " desc" : "";
        String sorted = field + direction + (order.column() == Column.USERNAME ? "" : ", a.id" + direction);
        String where = conditions.isEmpty() ? "" : " where " + String.join(" and ", conditions);
        return database.read(entities -> {
            TypedQuery<Account> query = entities.createQuery(
                            "select a from Account a" + where + " order by " + sorted, Account.class)
                    .setMaxResults(most)
                    .setHint(QueryHints.JDBC_TIMEOUT, MAX_MILLIS)
                    .setHint(QueryHints.QUERY_TIMEOUT_UNIT, "MILLISECONDS")
                    .setHint(QueryHints.BATCH_TYPE, BatchFetchType.IN)
                    .setHint(QueryHints.BATCH, "a.roles.permissions")
                    .setHint(QueryHints.BATCH, "a.permissions");
            parameters.forEach(query::setParameter);
            return query.getResultList();
        });
    }
}
