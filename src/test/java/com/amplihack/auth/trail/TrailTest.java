package com.amplihack.auth.trail;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.audit.AuditEntry;
import com.amplihack.auth.audit.AuditEvent;
import com.amplihack.auth.audit.RotatedFiles;
import com.amplihack.auth.database.Database;
import com.amplihack.auth.database.NativeQuery;
import com.amplihack.auth.database.OpenedDatabases;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.trail.TrailQuery.Subject;
import com.amplihack.auth.web.ClientContext;
import com.amplihack.auth.web.StrictJson;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The trail on H2 and on PostgreSQL: how lines come there, how they are found, and how they go. */
class TrailTest extends OpenedDatabases {
    @TempDir
    Path home;

    Stream<Named<Database>> databases() throws SQLException {
        return onEach(Named::of);
    }

    @ParameterizedTest
    @MethodSource("databases")
    void eachLineIsBroughtOnceOverRestartsAndRotations(Database database) throws IOException {
        try (TrailFixture node = new TrailFixture(home, database)) {
            node.recordLong(1_500);
            assertEquals(1_500 + 1, node.bring(), "and the anchor of the rotation");
            node.stop();
            node.start();
            node.record(20);
            assertEquals(20, node.bring());
            assertFalse(new RotatedFiles(node.file()).list().isEmpty(), "the file was full");
            node.now = node.now.plus(Duration.ofDays(1));
            node.record(5);
            assertEquals(5 + 1, node.bring(), "and the anchor of the next day's rotation");
            assertEquals(node.log.entries(), node.rows());
            assertEquals(0, node.projector.lag().orElseThrow().entries());
            assertEquals(0, node.bring());
        }
    }

    /** A database from a backup knows less than the files. */
    @ParameterizedTest
    @MethodSource("databases")
    void whatTheDatabaseHasLostComesAgainAndNothingTwice(Database database) throws IOException {
        try (TrailFixture node = new TrailFixture(home, database)) {
            node.recordLong(1_200);
            node.bring();
            node.stop();
            node.execute("delete from audit_node");
            node.execute("delete from audit_entry where seq between 500 and 700");
            node.start();
            assertEquals(node.log.entries(), node.bring());
            assertEquals(node.log.entries(), node.rows());
        }
    }

    @ParameterizedTest
    @MethodSource("databases")
    void aLineThatIsHalfWrittenWaitsAndRubbishHoldsUpNothing(Database database) throws IOException {
        try (TrailFixture node = new TrailFixture(home, database)) {
            node.record(3);
            assertEquals(3, node.bring());
            String whole = node.lines().get(2).replace("\"seq\":3", "\"seq\":1000");
            append(node.file(), whole.substring(0, 50));
            assertEquals(0, node.bring());
            append(node.file(), whole.substring(50) + "\nrubbish\n{}\n");
            assertEquals(3, node.bring());
            assertEquals(4, node.rows());
            node.log.record(AuditEntry.of(AuditEvent.LOGIN_FAILED, new ClientContext("192.0.2.7\0", "\0\ud800", "\0"))
                    .detail("name_hash", "\0".repeat(100)));
            node.written();
            assertEquals(1, node.bring(), "no database takes a character 0");
            assertEquals(5, node.rows());
        }
    }

    @ParameterizedTest
    @MethodSource("databases")
    void everyFilterFindsTheNewestFirstPageByPage(Database database) throws IOException {
        try (TrailFixture node = new TrailFixture(home, database)) {
            for (int i = 0; i < 25; i++) {
                node.now = node.now.plusMillis(i % 3); // several at the same moment
                node.record(i % 5 == 0 ? AuditEvent.PASSWORD_CHANGED : AuditEvent.LOGOUT, "user-" + i % 2);
            }
            node.log.record(AuditEntry.of(AuditEvent.LOGIN_FAILED, new ClientContext("198.51.100.9", "x", "c"))
                    .session("session-1")
                    .detail("name_hash", node.log.pseudonym("nobody")));
            node.log.record(AuditEntry.of(AuditEvent.ADMIN_ACTION, TrailFixture.CLIENT)
                    .user("admin-1", "admin")
                    .detail("action", "unlock_user")
                    .detail("target", "user-1"));
            node.bring();
            TrailSearch search = node.search();

            List<Long> found = new ArrayList<>();
            String cursor = "";
            do {
                TrailSearch.Page page = search.page(TrailFixture.all(cursor), 4);
                page.lines().forEach(line -> found.add(seq(line)));
                cursor = page.next().orElse("");
            } while (!cursor.isEmpty());
            List<Long> newestFirst = new ArrayList<>();
            for (long seq = node.log.entries(); seq > 0; seq--) {
                newestFirst.add(seq);
            }
            assertEquals(newestFirst, found);
            List<String> inFile = node.lines();
            assertEquals(
                    inFile.get(26), search.page(TrailFixture.all(), 1).lines().get(0), "as in the file");

            assertEquals(5, count(search, query(Optional.of("PASSWORD_CHANGED"), Optional.empty(), Optional.empty())));
            assertEquals(1, count(search, query(Optional.empty(), Optional.of("warning"), Optional.empty())));
            assertEquals(
                    12 + 1,
                    count(search, query(Optional.empty(), Optional.empty(), Optional.of("user-1"))),
                    "by id, and what was done to it");
            assertEquals(
                    12,
                    count(search, query(Optional.empty(), Optional.empty(), Optional.of("name of user-1"))),
                    "by name");
            String hash = node.log.pseudonym("nobody");
            TrailQuery unknown = new TrailQuery(
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.of(new Subject("nobody", Set.of("nobody"), Set.of("nobody"), Set.of(hash))),
                    Optional.of("session-1"),
                    Optional.of("198.51.100.9"),
                    "");
            assertEquals(1, count(search, unknown));
            TrailQuery oneMoment = new TrailQuery(
                    Optional.of(node.now.toEpochMilli()),
                    Optional.of(node.now.toEpochMilli() + 1),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    "");
            assertEquals(4, count(search, oneMoment));

            String next = search.page(TrailFixture.all(), 2).next().orElseThrow();
            TrailQuery other = new TrailQuery(
                    Optional.empty(),
                    Optional.empty(),
                    Optional.of("LOGOUT"),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    next);
            assertThrows(AuthException.class, () -> search.page(other, 2), "a cursor of other filters");
            assertThrows(AuthException.class, () -> search.page(TrailFixture.all("MTpub25zZW5zZQ"), 2));

            TrailSearch.Neighbourhood around = search.around(node.log.node(), 3).orElseThrow();
            assertEquals(
                    List.of(1L, 2L),
                    around.before().stream().map(TrailTest::seq).toList());
            assertEquals(3, seq(around.line()));
            assertEquals(
                    List.of(4L, 5L, 6L, 7L, 8L),
                    around.after().stream().map(TrailTest::seq).toList());
            assertEquals(Optional.empty(), search.around("another", 3));
        }
    }

    @ParameterizedTest
    @MethodSource("databases")
    void whatIsOldGoesAndNoFileBeforeItsLinesAreThere(Database database) throws IOException {
        try (TrailFixture node = new TrailFixture(home, database)) {
            node.record(10);
            node.now = node.now.plus(Duration.ofDays(500));
            node.record(10);
            node.projector.forgetOld();
            assertEquals(1, new RotatedFiles(node.file()).list().size(), "nothing was brought yet");
            node.bring();
            assertEquals(21, node.rows(), "and an anchor");
            node.projector.forgetOld();
            assertEquals(11, node.rows());
            assertEquals(0, new RotatedFiles(node.file()).list().size());
            assertTrue(node.verified().isGood(), "a log may begin later");
        }
    }

    /** By a copy of all that the node itself keeps. */
    @ParameterizedTest
    @MethodSource("databases")
    void aLogThatWasRolledBackIsToldByWhatRemembersIt(Database database) throws IOException {
        try (TrailFixture node = new TrailFixture(home, database)) {
            node.record(10);
            node.bring();
            node.stop();
            Path copy = Files.createDirectory(home.resolve("copy"));
            copy(home, copy);
            node.start();
            node.record(5);
            node.log.anchor("hour");
            node.bring();
            assertTrue(node.verified().isGood());
            node.stop();
            copy(copy, home);
            node.now = node.now.plusSeconds(60);
            node.start();
            assertFalse(node.verified().isGood(), "before anything else is written");
            node.record(20);
            node.bring();
            node.written();
            assertTrue(
                    node.lines().stream().anyMatch(line -> line.contains("AUDIT_ROLLED_BACK")),
                    "the database knows a later line");
            ChainReport.NodeReport report = node.verified().nodes().get(0);
            assertEquals("another chain", report.firstBad().orElseThrow().kind(), report.toString());
            assertEquals(
                    1,
                    count(node.search(), query(Optional.of("AUDIT_ANCHOR"), Optional.empty(), Optional.empty())),
                    "the first version is still there");
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.list(from)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Files.copy(file, to.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
            }
        }
    }

    /** The first page of every filter comes along an index, in its order: the plans say so, with many rows. */
    @ParameterizedTest
    @MethodSource("databases")
    void everyFilterHasItsIndex(Database database) throws IOException {
        try (TrailFixture node = new TrailFixture(home, database)) {
            node.record(1);
            node.bring();
            boolean postgresql = database.ping().startsWith("PostgreSQL");
            String series = postgresql ? "generate_series" : "system_range";
            for (int from = 1; from < 20_000; from += 2_000) { // no statement may take two seconds
                node.execute("insert into audit_entry (node, seq, at, event, severity, user_id, username, name_hash,"
                        + " session_id, ip, line) select 'n', g, " + node.now.toEpochMilli()
                        + " + g, 'E' || mod(g, 40), 'S' || mod(g, 3), 'u' || mod(g, 1000), 'a' || mod(g, 1000),"
                        + " 'h' || mod(g, 1000), 's' || mod(g, 9000), 'i' || mod(g, 500), '{}' from " + series + "("
                        + from + ", " + (from + 1_999) + ") s(g)");
            }
            node.execute(postgresql ? "analyze audit_entry" : "analyze table audit_entry");
            TrailQuery all = TrailFixture.all();
            Subject user = new Subject("u1", Set.of("u1"), Set.of("a1"), Set.of("h1"));
            for (TrailQuery asked : List.of(
                    all,
                    query(Optional.of("E1"), Optional.empty(), Optional.empty()),
                    query(Optional.empty(), Optional.of("S1"), Optional.empty()),
                    with(all, Optional.of(user), Optional.empty(), Optional.empty()),
                    with(all, Optional.empty(), Optional.of("s1"), Optional.empty()),
                    with(all, Optional.empty(), Optional.empty(), Optional.of("i1")))) {
                for (TrailSearch.Condition one : TrailSearch.users(asked)) {
                    List<Object> values = new ArrayList<>();
                    String sql = TrailSearch.sql(asked, one, Optional.empty(), 51, values);
                    String plan = database.read(entities -> NativeQuery.of(entities, "explain " + sql, values)
                            .getResultList()
                            .toString());
                    if (!postgresql) {
                        assertTrue(plan.contains("/* index sorted */"), sql + ": " + plan);
                        continue;
                    }
                    assertFalse(plan.contains("Seq Scan on audit_entry_2026_11"), sql + ": " + plan);
                    boolean frequent = asked.user().isEmpty()
                            && asked.session().isEmpty()
                            && asked.ip().isEmpty();
                    // of a few rows it may sort; of many it must not, as it does without the limit in the text
                    assertFalse(frequent && plan.contains("Sort  ("), sql + ": " + plan);
                    assertTrue(plan.contains("Index Scan"), sql + ": " + plan);
                }
            }
        }
    }

    private static TrailQuery with(
            TrailQuery query, Optional<Subject> user, Optional<String> session, Optional<String> ip) {
        return new TrailQuery(
                query.since(), query.until(), query.event(), query.severity(), user, session, ip, query.cursor());
    }

    private static void append(Path file, String text) throws IOException {
        Files.writeString(file, text, StandardOpenOption.APPEND);
    }

    private static TrailQuery query(Optional<String> event, Optional<String> severity, Optional<String> user) {
        return new TrailQuery(
                Optional.empty(),
                Optional.empty(),
                event,
                severity,
                user.map(name -> new Subject(name, Set.of(name), Set.of(name), Set.of())),
                Optional.empty(),
                Optional.empty(),
                "");
    }

    private static int count(TrailSearch search, TrailQuery query) {
        return search.page(query, 200).lines().size();
    }

    private static long seq(String line) {
        return StrictJson.parse(line.getBytes(StandardCharsets.UTF_8)).getInt("seq");
    }
}
