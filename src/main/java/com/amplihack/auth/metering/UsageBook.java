package com.amplihack.auth.metering;

import com.amplihack.auth.database.Database;
import com.amplihack.auth.store.budget.Budget;
import com.amplihack.auth.store.budget.HourlyUsage;
import com.amplihack.auth.store.budget.UsedBudget;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.persistence.EntityManager;
import jakarta.persistence.Query;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The hourly sums of usage in the database. Every method throws {@code store_unavailable} when it does not answer in time.
 */
@Singleton
public class UsageBook {
    private static final BigDecimal LARGEST = BigDecimal.valueOf(Long.MAX_VALUE);

    private final Database database;

    @Inject
    public UsageBook(Database database) {
        this.database = database;
    }

    /** Writes sums; those that are there in the same or a later version stay, so that it may be repeated. */
    void save(String account, List<HourlyUsage> usage) {
        database.write(entities -> {
            usage.forEach(record -> record.models().forEach(sums -> save(entities, account, record, sums)));
            return true;
        });
    }

    private static void save(EntityManager entities, String account, HourlyUsage usage, HourlyUsage.OfModel sums) {
        String row = " account_id = ? and began_at = ? and key_id = ? and model = ? and generation = ?";
        List<Object> name =
                List.of(account, usage.hour().toEpochMilli(), usage.keyId(), sums.model(), usage.generation());
        List<Object> values = List.of(usage.version(), sums.requests(), sums.input(), sums.output());
        int updated = query(
                        entities,
                        "update auth_usage set version = ?, requests = ?, input_tokens = ?, output_tokens = ? where"
                                + row + " and version < ?",
                        values,
                        name,
                        List.of(usage.version()))
                .executeUpdate();
        // a row that another node inserts meanwhile is a conflict, after which the whole is tried again
        if (updated == 0
                && query(entities, "select version from auth_usage where" + row, name)
                        .getResultList()
                        .isEmpty()) {
            query(
                            entities,
                            "insert into auth_usage (account_id, began_at, key_id, model, generation, version, requests,"
                                    + " input_tokens, output_tokens) values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                            name,
                            values)
                    .executeUpdate();
        }
    }

    /** What was used of a budget of the account in the window around a time. */
    UsedBudget used(String account, Budget budget, Instant at) {
        boolean ofKey = budget.scope() == Budget.Scope.KEY;
        Object[] sums = (Object[]) database.read(entities -> query(
                        entities,
                        "select coalesce(sum(input_tokens), 0) + coalesce(sum(output_tokens), 0), coalesce(sum(requests), 0)"
                                + " from auth_usage where account_id = ? and began_at >= ?"
                                + (ofKey ? " and key_id = ?" : ""),
                        List.of(account, begin(budget.window(), at).toEpochMilli()),
                        ofKey ? List.of(budget.name()) : List.of())
                .getSingleResult());
        return new UsedBudget(budget, at, number(sums[0]), number(sums[1]));
    }

    private static Instant begin(Budget.Window window, Instant at) {
        LocalDate day = LocalDate.ofInstant(at, ZoneOffset.UTC);
        return switch (window) {
            case DAY -> day.atStartOfDay(ZoneOffset.UTC).toInstant();
            case MONTH -> day.withDayOfMonth(1).atStartOfDay(ZoneOffset.UTC).toInstant();
            case TOTAL -> Instant.EPOCH;
        };
    }

    /** When a window around a time ends; empty if it never does. */
    static Optional<Instant> end(Budget.Window window, Instant at) {
        LocalDate first = LocalDate.ofInstant(begin(window, at), ZoneOffset.UTC);
        return switch (window) {
            case DAY ->
                Optional.of(first.plusDays(1).atStartOfDay(ZoneOffset.UTC).toInstant());
            case MONTH ->
                Optional.of(first.plusMonths(1).atStartOfDay(ZoneOffset.UTC).toInstant());
            case TOTAL -> Optional.empty();
        };
    }

    /**
     * Sums in the order of what they are grouped by.
     *
     * @param most rows
     */
    List<UsageSum> report(UsageQuery asked, int most) {
        String grouped = asked.by().columns;
        List<Object> values = new ArrayList<>(List.of(
                asked.since().truncatedTo(ChronoUnit.HOURS).toEpochMilli(),
                asked.until().toEpochMilli()));
        StringBuilder where = new StringBuilder("u.began_at >= ? and u.began_at < ?");
        asked.account().ifPresent(id -> {
            where.append(" and u.account_id = ?");
            values.add(id);
        });
        if (!asked.after().isEmpty()) {
            where.append(" and ").append(asked.by().afterwards);
            values.addAll(asked.after());
        }
        String sql = "select " + grouped
                + ", sum(u.requests), sum(u.input_tokens), sum(u.output_tokens) from auth_usage u" + asked.by().joined
                + " where " + where + " group by " + grouped + " order by " + asked.by().order;
        return database.read(entities -> {
            Query query = query(entities, sql, values).setMaxResults(most);
            List<UsageSum> page = new ArrayList<>();
            for (Object row : query.getResultList()) {
                page.add(asked.by().sum((Object[]) row));
            }
            return page;
        });
    }

    @SafeVarargs
    private static Query query(EntityManager entities, String sql, List<Object>... values) {
        Query query = entities.createNativeQuery(sql);
        int at = 0;
        for (List<Object> some : values) {
            for (Object value : some) {
                query.setParameter(++at, value);
            }
        }
        return query;
    }

    /** A sum, which databases widen; at most the largest long. */
    static long number(Object column) {
        return column instanceof BigDecimal sum ? sum.min(LARGEST).longValue() : ((Number) column).longValue();
    }
}
