package com.amplihack.auth.trail;

import com.amplihack.auth.database.Database;
import com.amplihack.auth.database.NativeQuery;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.persistence.EntityManager;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Makes room for entries and drops the old ones: on PostgreSQL months are partitions, made before they are needed and dropped
 * as a whole; on H2 rows are deleted. What is of no month that is kept lies in the partition {@code audit_entry_other}.
 */
@Singleton
class TrailPartitions {
    private static final int MONTHS_AHEAD = 2;
    private static final int ROWS_AT_ONCE = 2_000;
    private static final long SLICE_MILLIS = Duration.ofMinutes(10).toMillis();
    private static final Pattern NAME = Pattern.compile("audit_entry_(\\d{4})_(\\d{2})");

    private final Database database;
    private final Set<YearMonth> known = new HashSet<>();
    private @Nullable Boolean partitioned;

    @Inject
    TrailPartitions(Database database) {
        this.database = database;
    }

    /** Makes the partitions of this month, the next two, and those of the entries that are not too old or too new. */
    synchronized void prepare(Collection<Long> times, Instant now, int keepDays) {
        if (!isPartitioned()) {
            return;
        }
        YearMonth current = month(now.toEpochMilli());
        YearMonth oldest = month(now.minusSeconds(keepDays * 86_400L).toEpochMilli());
        Set<YearMonth> wanted = new HashSet<>();
        for (int ahead = 0; ahead <= MONTHS_AHEAD; ahead++) {
            wanted.add(current.plusMonths(ahead));
        }
        times.stream()
                .map(TrailPartitions::month)
                .filter(month -> !month.isBefore(oldest) && !month.isAfter(current.plusMonths(MONTHS_AHEAD)))
                .forEach(wanted::add);
        wanted.removeAll(known);
        if (wanted.isEmpty()) {
            return;
        }
        database.writeSerialized(entities -> {
            Set<String> existing = Set.copyOf(names(entities));
            if (!existing.contains("audit_entry_other")) {
                execute(entities, "create table audit_entry_other partition of audit_entry default");
            }
            wanted.stream()
                    .filter(month -> !existing.contains(name(month)))
                    .filter(month -> !holdsOther(entities, month))
                    .forEach(month -> execute(
                            entities,
                            "create table " + name(month) + " partition of audit_entry for values from (" + start(month)
                                    + ") to (" + start(month.plusMonths(1)) + ")"));
            return null;
        });
        known.addAll(wanted);
    }

    /** PostgreSQL makes no partition for rows that lie in the default one. */
    private static boolean holdsOther(EntityManager entities, YearMonth month) {
        return !NativeQuery.of(
                        entities,
                        "select 1 from audit_entry_other where at >= ? and at < ? limit 1",
                        List.of(start(month), start(month.plusMonths(1))))
                .getResultList()
                .isEmpty();
    }

    /**
     * Forgets entries and anchors that are older, and the nodes that have written nothing since.
     *
     * @param own node, which is not forgotten
     * @return whether there may be more: a call deletes no more than it can in a moment
     */
    synchronized boolean forget(Instant before, String own) {
        long limit = before.toEpochMilli();
        database.write(entities -> NativeQuery.of(entities, "delete from audit_anchor where at < ?", List.of(limit))
                        .executeUpdate()
                + NativeQuery.of(entities, "delete from audit_node where at < ? and node <> ?", List.of(limit, own))
                        .executeUpdate());
        if (isPartitioned()) {
            List<String> old = database.read(TrailPartitions::names).stream()
                    .filter(name -> isOver(name, limit))
                    .toList();
            if (!old.isEmpty()) {
                database.writeSerialized(entities -> {
                    old.forEach(name -> execute(entities, "drop table if exists " + name));
                    return null;
                });
                known.clear();
            }
        }
        String table = isPartitioned() ? "audit_entry_other" : "audit_entry";
        if (isPartitioned() && !database.read(TrailPartitions::names).contains(table)) {
            return false;
        }
        return deleteOldest(table, limit);
    }

    /** Deletes the first rows; returns whether there may be more. */
    private boolean deleteOldest(String table, long limit) {
        return database.write(entities -> {
            Object first = NativeQuery.of(entities, "select min(at) from " + table, List.of())
                    .getSingleResult();
            if (first == null || NativeQuery.number(first) >= limit) {
                return false;
            }
            // H2 sorts what it finds: little at once, or it would sort all that is too old each time
            long until = Math.min(limit, NativeQuery.number(first) + SLICE_MILLIS);
            List<?> oldest = NativeQuery.of(
                            entities,
                            "select node, seq, at from " + table
                                    + " where at < ? order by at, node, seq limit "
                                    + ROWS_AT_ONCE,
                            List.of(until))
                    .getResultList();
            for (Object row : oldest) {
                NativeQuery.of(
                                entities,
                                "delete from " + table + " where node = ? and seq = ? and at = ?",
                                List.of((Object[]) row))
                        .executeUpdate();
            }
            return until < limit || oldest.size() == ROWS_AT_ONCE;
        });
    }

    private static boolean isOver(String name, long limit) {
        Matcher form = NAME.matcher(name);
        return form.matches()
                && start(YearMonth.of(Integer.parseInt(form.group(1)), Integer.parseInt(form.group(2)))
                                .plusMonths(1))
                        <= limit;
    }

    private static List<String> names(EntityManager entities) {
        List<String> names = new ArrayList<>();
        for (Object name : NativeQuery.of(
                        entities,
                        "select cast(c.relname as varchar) from pg_inherits i join pg_class c on c.oid = i.inhrelid"
                                + " where i.inhparent = cast('audit_entry' as regclass)",
                        List.of())
                .getResultList()) {
            names.add((String) name);
        }
        return names;
    }

    private synchronized boolean isPartitioned() {
        Boolean answer = partitioned;
        if (answer == null) {
            answer = database.write(entities -> {
                try {
                    return entities.unwrap(Connection.class)
                            .getMetaData()
                            .getDatabaseProductName()
                            .equals("PostgreSQL");
                } catch (SQLException failed) {
                    throw new IllegalStateException(failed);
                }
            });
            partitioned = answer;
        }
        return answer;
    }

    private static void execute(EntityManager entities, String sql) {
        NativeQuery.of(entities, sql, List.of()).executeUpdate();
    }

    private static YearMonth month(long millis) {
        return YearMonth.from(Instant.ofEpochMilli(millis).atOffset(ZoneOffset.UTC));
    }

    private static long start(YearMonth month) {
        return month.atDay(1).atStartOfDay(ZoneOffset.UTC).toInstant().toEpochMilli();
    }

    private static String name(YearMonth month) {
        return String.format(Locale.ROOT, "audit_entry_%04d_%02d", month.getYear(), month.getMonthValue());
    }
}
