package com.amplihack.auth.trail;

import com.amplihack.auth.audit.NodeName;
import com.amplihack.auth.database.Database;
import com.amplihack.auth.database.NativeQuery;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.persistence.EntityManager;
import jakarta.persistence.Query;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Semaphore;
import java.util.regex.Pattern;
import org.eclipse.persistence.config.QueryHints;

/**
 * Searches the entries of all nodes, the newest first. A page is read from where the last one ended along an index of the
 * filter; a search that takes longer than a second is given up.
 */
@Singleton
public class TrailSearch {
    private static final long MOST_MILLIS = 1_000;
    /** Of a search of several statements. */
    private static final Duration MOST_IN_ALL = Duration.ofSeconds(2);
    /** At a time: sign-ins need connections too. */
    static final int PLACES = 4;

    private static final int NEIGHBOURS = 5;
    private static final Pattern WORD = Pattern.compile("[A-Za-z0-9_]{1,40}");

    /** By the point in time, then by the code points of the node's name as both databases compare them. */
    private static final Comparator<TrailPlace> NEWEST_FIRST = Comparator.comparingLong(TrailPlace::at)
            .thenComparing(TrailPlace::node)
            .thenComparingLong(TrailPlace::seq)
            .reversed();

    private final Database database;
    private final TrailTable table;
    final Semaphore places = new Semaphore(PLACES);

    @Inject
    TrailSearch(Database database, TrailTable table) {
        this.database = database;
        this.table = table;
    }

    /**
     * What is found.
     *
     * @param lines as in the nodes' files
     * @param next the cursor of the next page; empty for the last one
     */
    public record Page(List<String> lines, Optional<String> next) {
        public Page {
            lines = List.copyOf(lines);
        }
    }

    /**
     * A page of entries.
     *
     * @param most entries on it
     * @throws AuthException {@code invalid_request} for a cursor of other filters, {@code overloaded} when the search takes
     *     too long or {@value #PLACES} others run, {@code store_unavailable}
     */
    public Page page(TrailQuery query, int most) {
        Optional<TrailPlace> after = TrailPlace.of(query);
        TreeMap<TrailPlace, String> found = new TreeMap<>(NEWEST_FIRST);
        if (!places.tryAcquire()) {
            throw overloaded("Other searches are in progress.");
        }
        try {
            long begun = System.nanoTime();
            database.read(entities -> {
                for (Condition user : users(query)) { // each along its own index, and then merged
                    long left =
                            MOST_IN_ALL.minusNanos(System.nanoTime() - begun).toMillis();
                    if (left <= 0) {
                        throw overloaded("The search takes too long: ask for a shorter time.");
                    }
                    read(entities, query, user, after, most + 1, Math.min(MOST_MILLIS, left), found);
                }
                return null;
            });
        } finally {
            places.release();
        }
        List<String> lines = new ArrayList<>();
        TrailPlace last = null;
        for (var entry : found.entrySet()) {
            if (lines.size() == most) {
                return new Page(lines, Optional.ofNullable(last).map(place -> place.cursor(query)));
            }
            last = entry.getKey();
            lines.add(entry.getValue());
        }
        return new Page(lines, Optional.empty());
    }

    private static AuthException overloaded(String why) {
        return new AuthException(ErrorCode.OVERLOADED, why);
    }

    /** A condition on one column; without a column, none. */
    record Condition(String column, String value) {}

    static List<Condition> users(TrailQuery query) {
        if (query.user().isEmpty()) {
            return List.of(new Condition("", ""));
        }
        List<Condition> any = new ArrayList<>();
        add(any, "user_id", query.user().get().ids());
        add(any, "target", query.user().get().ids());
        add(any, "username", query.user().get().names());
        add(any, "name_hash", query.user().get().nameHashes());
        return any;
    }

    private static void add(List<Condition> any, String column, Set<String> values) {
        values.forEach(value -> any.add(new Condition(column, value)));
    }

    private static void read(
            EntityManager entities,
            TrailQuery query,
            Condition user,
            Optional<TrailPlace> after,
            int most,
            long millis,
            Map<TrailPlace, String> found) {
        List<Object> values = new ArrayList<>();
        String sql = sql(query, user, after, most, values);
        Query prepared = NativeQuery.of(entities, sql, values)
                .setHint(QueryHints.JDBC_TIMEOUT, Long.toString(millis))
                .setHint(QueryHints.QUERY_TIMEOUT_UNIT, "MILLISECONDS");
        for (Object row : prepared.getResultList()) {
            Object[] columns = (Object[]) row;
            found.put(
                    new TrailPlace(NativeQuery.number(columns[0]), (String) columns[1], NativeQuery.number(columns[2])),
                    (String) columns[3]);
        }
    }

    static String sql(TrailQuery query, Condition user, Optional<TrailPlace> after, int most, List<Object> values) {
        List<String> conditions = new ArrayList<>();
        query.event().ifPresent(event -> conditions.add("event = " + word(event)));
        query.severity().ifPresent(severity -> conditions.add("severity = " + word(severity)));
        where(conditions, values, "session_id = ?", query.session());
        where(conditions, values, "ip = ?", query.ip());
        where(
                conditions,
                values,
                user.column() + " = ?",
                Optional.of(user.value()).filter(value -> !user.column().isEmpty()));
        where(conditions, values, "at >= ?", query.since());
        where(conditions, values, "at < ?", query.until());
        after.ifPresent(
                place -> { // the first comparison is the range of the index
                    conditions.add("at <= ? and (at < ? or node < ? or (node = ? and seq < ?))");
                    values.addAll(List.of(place.at(), place.at(), place.node(), place.node(), place.seq()));
                });
        return "select at, node, seq, line from audit_entry"
                + (conditions.isEmpty() ? "" : " where " + String.join(" and ", conditions))
                + " order by "
                + leading(query, user).map(column -> column + ", ").orElse("")
                + "at desc, node desc, seq desc limit "
                + most; // in the text, or PostgreSQL plans for all rows
    }

    /**
     * The rarest of the columns that have one value here. It changes no order, and by it H2 sees that its index has the rows in
     * their order; or it would read and sort all of them.
     */
    private static Optional<String> leading(TrailQuery query, Condition user) {
        if (!user.column().isEmpty()) {
            return Optional.of(user.column());
        }
        return query.session()
                .map(id -> "session_id")
                .or(() -> query.ip().map(address -> "ip"))
                .or(() -> query.event().map(event -> "event"))
                .or(() -> query.severity().map(severity -> "severity"));
    }

    /**
     * One of few words as a literal, so that PostgreSQL plans by how frequent this one is; a parameter's plan, made for
     * any, reads the whole table for a rare one.
     */
    private static String word(String text) {
        if (!WORD.matcher(text).matches()) {
            throw new IllegalArgumentException("no event or severity");
        }
        return "'" + text + "'";
    }

    private static void where(List<String> conditions, List<Object> values, String condition, Optional<?> value) {
        value.ifPresent(given -> {
            conditions.add(condition);
            values.add(given);
        });
    }

    /**
     * An entry among its node's.
     *
     * @param before at most five, the oldest first
     * @param after at most five, the oldest first
     */
    public record Neighbourhood(String line, List<String> before, List<String> after) {
        public Neighbourhood {
            before = List.copyOf(before);
            after = List.copyOf(after);
        }
    }

    /**
     * An entry, and what its node wrote before and after.
     *
     * @throws AuthException {@code store_unavailable}
     */
    public Optional<Neighbourhood> around(String node, long seq) {
        if (!NodeName.isOne(node)) {
            return Optional.empty();
        }
        List<String> before = new ArrayList<>();
        List<String> after = new ArrayList<>();
        Optional<String> entry = Optional.empty();
        for (TrailTable.Row row : table.rows(node, Math.max(0, seq - NEIGHBOURS), 2 * NEIGHBOURS + 1)) {
            if (row.seq() < seq) {
                before.add(row.text());
            } else if (row.seq() == seq && entry.isEmpty()) {
                entry = Optional.of(row.text());
            } else if (row.seq() <= seq + NEIGHBOURS) {
                after.add(row.text());
            }
        }
        return entry.map(line -> new Neighbourhood(line, before, after));
    }
}
