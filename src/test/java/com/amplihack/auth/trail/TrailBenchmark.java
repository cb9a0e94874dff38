package com.amplihack.auth.trail;

import com.amplihack.auth.audit.AuditEvent;
import com.amplihack.auth.config.Configuration;
import com.amplihack.auth.config.TestSettings;
import com.amplihack.auth.database.Database;
import com.amplihack.auth.database.NativeQuery;
import com.amplihack.auth.database.StartedPostgres;
import com.amplihack.auth.trail.TrailQuery.Subject;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * How long the first page of every filter takes with so many entries of a year on PostgreSQL or H2, and how fast lines come into the
 * database (docs/benchmarks.md).
 */
public final class TrailBenchmark {
    private static final int TRIES = 7;
    private static final int CHUNK = 100_000;
    private static final int H2_CHUNK = 1_000; // a transaction may last for some seconds
    private static final int LINES = 100_000;
    private static final long YEAR_MILLIS = Duration.ofDays(365).toMillis();

    private TrailBenchmark() {}

    /** Takes the number of entries and, for the embedded database instead of PostgreSQL, {@code h2}. */
    public static void main(String[] arguments) throws IOException, SQLException {
        long entries = Long.parseLong(arguments[0]);
        Path home = Files.createTempDirectory("trail");
        if (List.of(arguments).contains("h2")) {
            measure(home, Map.of(), node -> fillH2(node, entries));
            return;
        }
        try (EmbeddedPostgres postgres = StartedPostgres.start()) {
            measure(
                    home,
                    Map.of(
                            "auth.db.class", "org.postgresql.ds.PGSimpleDataSource",
                            "auth.db.url", "jdbc:postgresql://localhost:" + postgres.getPort() + "/postgres",
                            "auth.db.user", "postgres",
                            "auth.db.password", "postgres"),
                    node -> fill(node, postgres, entries));
        }
    }

    @FunctionalInterface
    private interface Filling {
        void fill(TrailFixture node) throws SQLException;
    }

    private static void measure(Path home, Map<String, String> settings, Filling filling)
            throws IOException, SQLException {
        Database database = new Database(new Configuration(TestSettings.dev(home, settings)));
        database.open();
        try (TrailFixture node = new TrailFixture(home, database)) {
            filling.fill(node);
            search(node);
            bring(node);
        }
        database.close();
    }

    /** The same entries as on PostgreSQL. */
    private static void fillH2(TrailFixture node, long entries) {
        long begun = System.nanoTime();
        long first = node.now.toEpochMilli() - YEAR_MILLIS;
        for (long from = 1; from <= entries; from += H2_CHUNK) {
            String sql = "insert into audit_entry (node, seq, at, event, severity, user_id, username, name_hash,"
                    + " session_id, ip, line, target)"
                    + " select 'node-' || mod(x, 3), x, " + first + " + x * " + YEAR_MILLIS + " / " + entries
                    + ", case when x in (5, 77) then 'KEY_COMPROMISED' else array['TOKEN_ISSUED','TOKEN_REFRESHED',"
                    + "'LOGIN_SUCCESS','LOGOUT','LOGIN_FAILED','TOKEN_INVALID'][1 + mod(x, 6)] end,"
                    + " case when x in (5, 77) then 'critical' when mod(x, 50) = 0 then 'warning' else 'info' end, "
                    + md5("mod(x, 20000)") + ", 'user ' || mod(x, 20000), case when mod(x, 6) = 4 then "
                    + md5("mod(x, 5000)") + " end, " + md5("x / 7")
                    + ", '10.' || mod(x, 200) || '.' || mod(x, 251) || '.1', '{\"seq\":' || x || ',\"pad\":\"'"
                    + " || repeat('x', 500) || '\"}', case when mod(x, 100) = 0 then " + md5("mod(x, 20000)")
                    + " end from system_range(" + from + ", " + Math.min(entries, from + H2_CHUNK - 1) + ")";
            node.database.write(
                    entities -> NativeQuery.of(entities, sql, List.of()).executeUpdate());
        }
        tellMade(entries, begun);
    }

    private static String md5(String number) {
        return "lower(rawtohex(hash('MD5', stringtoutf8(cast(" + number + " as varchar)))))";
    }

    private static void tellMade(long entries, long begun) {
        System.out.printf(
                Locale.ROOT,
                "%d entries made in %d s%n",
                entries,
                Duration.ofNanos(System.nanoTime() - begun).toSeconds());
    }

    private static void fill(TrailFixture node, EmbeddedPostgres postgres, long entries) throws SQLException {
        long begun = System.nanoTime();
        Instant end = node.now;
        List<Long> months = new ArrayList<>();
        for (long day = 0; day <= 365; day += 20) {
            months.add(end.minus(Duration.ofDays(day)).toEpochMilli());
        }
        new TrailPartitions(node.database).prepare(months, end, 400);
        try (Connection connection = postgres.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("set synchronous_commit = off");
            for (long from = 1; from <= entries; from += CHUNK) {
                statement.execute(
                        "insert into audit_entry (node, seq, at, event, severity, user_id, username, name_hash,"
                                + " session_id, ip, line, target)"
                                + " select 'node-' || g % 3, g, "
                                + (end.toEpochMilli() - YEAR_MILLIS) + " + g * " + YEAR_MILLIS + " / " + entries
                                + ", (array['TOKEN_ISSUED','TOKEN_REFRESHED','LOGIN_SUCCESS','LOGOUT','LOGIN_FAILED',"
                                + "'TOKEN_INVALID'])[1 + g % 6], case when g % 50 = 0 then 'warning' else 'info' end,"
                                + " md5((g % 20000)::text), 'user ' || g % 20000, case when g % 6 = 4 then md5((g % 5000)::text) end,"
                                + " md5((g / 7)::text), '10.' || g % 200 || '.' || g % 251 || '.1', '{\"seq\":' || g || ',\"pad\":\"'"
                                + " || repeat('x', 500) || '\"}', case when g % 100 = 0 then md5((g % 20000)::text) end from generate_series("
                                + from + ", "
                                + Math.min(entries, from + CHUNK - 1) + ") g");
                // what is rare: some few among all
                if (from == 1) {
                    statement.execute(
                            "update audit_entry set event = 'KEY_COMPROMISED', severity = 'critical' where seq in (5, 77)");
                }
            }
            statement.execute("vacuum analyze audit_entry");
        }
        tellMade(entries, begun);
    }

    private static void search(TrailFixture node) {
        String user = "user 77";
        String id = "28dd2c7955ce926456240b2ff0100bde"; // md5 of 77
        long since = node.now.minus(Duration.ofDays(30)).toEpochMilli();
        System.out.println("| first page of 50 | median | longest |");
        System.out.println("| --- | --- | --- |");
        TrailSearch search = node.search();
        print(search, "no filter", TrailFixture.all());
        print(search, "since, until", query(since, null, null, null, null, null));
        print(search, "event, frequent", query(0, "TOKEN_ISSUED", null, null, null, null));
        print(search, "event, rare and old", query(0, "KEY_COMPROMISED", null, null, null, null));
        print(search, "event, none", query(0, AuditEvent.AUDIT_GAP.name(), null, null, null, null));
        print(search, "severity info", query(0, null, "info", null, null, null));
        print(search, "severity critical, two", query(0, null, "critical", null, null, null));
        print(search, "user by id", query(0, null, null, id, null, null));
        print(search, "user by name", query(0, null, null, user, null, null));
        print(search, "user, none", query(0, null, null, "nobody", null, null));
        print(search, "session", query(0, null, null, null, id, null));
        print(search, "address", query(0, null, null, null, null, "10.7.9.1"));
        print(search, "event, severity, user and month", query(since, "LOGIN_FAILED", "info", id, null, null));
        print(search, "frequent event of a rare address", query(0, "LOGOUT", null, null, null, "10.7.9.1"));
    }

    private static TrailQuery query(long since, String event, String severity, String user, String session, String ip) {
        return new TrailQuery(
                since == 0 ? Optional.empty() : Optional.of(since),
                Optional.empty(),
                Optional.ofNullable(event),
                Optional.ofNullable(severity),
                Optional.ofNullable(user).map(name -> new Subject(name, Set.of(name), Set.of(name), Set.of(name))),
                Optional.ofNullable(session),
                Optional.ofNullable(ip),
                "");
    }

    private static void print(TrailSearch search, String name, TrailQuery query) {
        double[] took = new double[TRIES];
        int found = 0;
        for (int i = 0; i < TRIES; i++) {
            long begun = System.nanoTime();
            found = search.page(query, 50).lines().size();
            took[i] = (System.nanoTime() - begun) / 1e6;
        }
        Arrays.sort(took);
        System.out.printf(
                Locale.ROOT, "| %s (%d) | %.1f ms | %.1f ms |%n", name, found, took[TRIES / 2], took[TRIES - 1]);
    }

    private static void bring(TrailFixture node) throws IOException {
        for (int i = 0; i < LINES; i += 1_000) {
            node.record(1_000);
        }
        long begun = System.nanoTime();
        int lines = node.bring();
        double seconds = (System.nanoTime() - begun) / 1e9;
        System.out.printf(
                Locale.ROOT,
                "%d lines came into the database in %.1f s, %.0f a second%n",
                lines,
                seconds,
                lines / seconds);
    }
}
