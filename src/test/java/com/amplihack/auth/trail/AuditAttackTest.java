package com.amplihack.auth.trail;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.audit.AuditEvent;
import com.amplihack.auth.audit.RotatedFiles;
import com.amplihack.auth.config.Configuration;
import com.amplihack.auth.config.TestSettings;
import com.amplihack.auth.database.Database;
import com.amplihack.auth.database.NativeQuery;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import com.amplihack.auth.store.anchor.AnchorStore;
import com.amplihack.auth.store.anchor.ChainAnchor;
import com.amplihack.auth.trail.ChainReport.BadEntry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What somebody does to the files, the database or the store of a node, as the running node itself finds it. */
class AuditAttackTest {
    @TempDir
    Path home;

    private final Map<String, ChainAnchor> remembered = new HashMap<>();
    private final AnchorStore store = new AnchorStore() {
        @Override
        public void anchor(String node, ChainAnchor head) {
            remembered.put(node, head);
        }

        @Override
        public Optional<ChainAnchor> anchor(String node) {
            return Optional.ofNullable(remembered.get(node));
        }
    };

    private Database database;
    private TrailFixture node;

    @BeforeEach
    void write() throws IOException {
        database = new Database(new Configuration(
                TestSettings.dev(Path.of("/nowhere"), Map.of("auth.db.url", "jdbc:h2:mem:" + home.getFileName()))));
        database.open();
        node = new TrailFixture(home, database, store);
        node.record(10);
        node.log.anchor("hour");
        node.record(5);
        node.bring();
        assertTrue(node.verified().isGood());
    }

    @AfterEach
    void close() {
        node.close();
        database.close();
    }

    @Test
    void anEditedLineBreaksTheLinkOfTheNextOrIsAnotherThanTheAnchoredOne() throws IOException {
        List<String> lines = node.lines();
        lines.set(9, lines.get(9).replace("\"hash\":\"", "\"hash\":\"A").replaceFirst(".\"}$", "\"}"));
        Files.write(node.file(), lines);
        assertEquals("another chain", bad().kind(), "the hash of line 10 is anchored");
    }

    /** The chain's first key, which would prove it, is not here; the database has a copy. */
    @Test
    void anEditedTextIsAnotherThanTheDatabases() throws IOException {
        List<String> lines = node.lines();
        List<String> edited = new ArrayList<>(lines);
        edited.set(5, edited.get(5).replace("name of user-5", "name of user-6"));
        Files.write(node.file(), edited);
        assertEquals(new BadEntry(6, "edited", "audit.jsonl", 6, "the database has another text of it"), bad());

        Files.write(node.file(), lines);
        assertTrue(node.verified().isGood());
        node.execute("update audit_entry set line = replace(line, 'user-3', 'user-4') where seq = 4");
        assertEquals(4, bad().seq());
    }

    @Test
    void aDeletedLineIsFound() throws IOException {
        List<String> lines = node.lines();
        lines.remove(4);
        Files.write(node.file(), lines);
        assertEquals(new BadEntry(6, "deleted", "audit.jsonl", 5, "lines after seq 4 are missing before it"), bad());
    }

    @Test
    void swappedLinesAreFound() throws IOException {
        List<String> lines = node.lines();
        Collections.swap(lines, 4, 5);
        Files.write(node.file(), lines);
        assertEquals("reordered", bad().kind());
    }

    @Test
    void aShortenedFileIsFoundByWhatTheDatabaseRemembers() throws IOException {
        Files.write(node.file(), node.lines().subList(0, 12));
        remembered.clear();
        assertEquals("truncated", bad().kind());
        assertEquals(12, bad().seq());
    }

    @Test
    void aShortenedFileIsFoundByWhatTheStoreRemembers() throws IOException {
        node.execute("delete from audit_node");
        node.execute("delete from audit_anchor");
        node.execute("delete from audit_entry");
        Files.write(node.file(), node.lines().subList(0, 8));
        assertEquals("truncated", bad().kind());
    }

    @Test
    void anotherFileInItsPlaceIsFound() throws IOException {
        Path other = Files.createDirectory(home.resolve("other"));
        try (TrailFixture attacker = new TrailFixture(other, database, store)) {
            attacker.record(30);
            List<String> lines = new ArrayList<>(attacker.lines());
            lines.replaceAll(line -> line.replace(attacker.log.node(), node.log.node()));
            Files.write(node.file(), lines);
        }
        assertEquals("another chain", bad().kind());
    }

    @Test
    void aRemovedClosedFileIsFound() throws IOException {
        node.recordLong(3_500);
        node.bring();
        List<RotatedFiles.Rotated> closed = new RotatedFiles(node.file()).list();
        assertTrue(closed.size() >= 2, closed.toString());
        assertTrue(node.verified().isGood());
        Files.delete(closed.get(1).path());
        assertEquals("deleted", bad().kind());
    }

    @Test
    void linesThatAreGoneFromTheDatabaseAreFoundThere() {
        node.execute("delete from audit_entry where seq = 4");
        assertEquals("deleted", bad().kind());
        assertEquals("database", bad().place());
        node.execute("delete from audit_entry where seq > 12");
        node.execute("delete from audit_entry where seq < 5");
        assertEquals(
                new BadEntry(12, "truncated", "database", 0, "the last line has seq 12, and there was one with seq 16"),
                bad());
    }

    @Test
    void theOldestLinesMayOnlyBeMissingWhenTheyAreOld() {
        node.execute("delete from audit_entry where seq < 13");
        assertEquals(
                new BadEntry(13, "deleted", "database", 1, "the lines from seq 10 on are missing before it"), bad());
        node.now = node.now.plus(Duration.ofDays(401));
        assertTrue(node.verified().isGood(), "now they are");
    }

    /** Somebody may have moved them; the report says that it has not seen them. */
    @Test
    void filesThatAreGoneAtTheBeginningAreToldAsIncomplete() throws IOException {
        assertTrue(node.verified().nodes().get(0).isComplete());
        Files.write(node.file(), node.lines().subList(13, 16));
        ChainReport report = node.verified();
        assertTrue(report.isGood());
        assertFalse(report.nodes().get(0).isComplete());
    }

    @Test
    void aLineThatTheLogHasNotWrittenYetIsFound() throws IOException {
        String last = node.lines().get(15);
        Files.writeString(node.file(), last.replace("\"seq\":16", "\"seq\":1000000") + "\n");
        assertEquals("another chain", bad().kind());
    }

    /** A container that was replaced: its log is gone, and nobody deletes lines of it but retention. */
    @Test
    void aNodeThatIsNoMoreIsForgottenAndNoFalseAlarm() throws IOException {
        try (TrailFixture gone = new TrailFixture(Files.createDirectory(home.resolve("gone")), database, store)) {
            gone.record(3);
            gone.log.anchor("stop");
            gone.bring();
        }
        node.now = node.now.plus(Duration.ofDays(401));
        node.record(1);
        node.bring();
        node.execute("delete from audit_entry where node <> ?", node.log.node()); // retention has begun
        assertTrue(node.verified().isGood());
        node.projector.forgetOld();
        ChainReport report = node.verified();
        assertTrue(report.isGood(), report.toString());
        assertEquals(
                List.of(node.log.node()),
                node.table.cursors().stream().map(TrailTable.Cursor::node).toList());
    }

    /** Else a log that was brought by a version without a chain looks rolled back. */
    @Test
    void theLastLineOfAVersionWithoutAChainIsFoundAgain() throws IOException {
        Path old = home.resolve("old.jsonl");
        Files.writeString(old, "{\"seq\":1}\n{\"seq\":2}\n{\"seq\":3}\n");
        try (LogFollower follower = new LogFollower(old)) {
            assertEquals(LogFollower.Found.SAME, follower.seek(2, ""));
            assertEquals(1, follower.next(10).size());
        }
    }

    @Test
    void whoWroteNothingForHoursIsNotBehindAtTheNextLine() throws IOException {
        node.bring();
        node.now = node.now.plus(Duration.ofHours(2));
        node.record(1);
        TrailProjector.Lag lag = node.projector.lag().orElseThrow();
        assertTrue(lag.entries() > 0);
        assertTrue(lag.age().compareTo(Duration.ofHours(1)) < 0, lag.toString());
    }

    @Test
    void theOldestRowsGoFirst() throws IOException {
        node.execute("insert into audit_entry (node, seq, at, event, severity, line)"
                + " select 'n', x, x, 'E', 'info', '{}' from system_range(1, 2500)");
        assertTrue(node.projector.forgetOld(), "there are more");
        long first = database.read(entities -> NativeQuery.number(
                NativeQuery.of(entities, "select min(seq) from audit_entry where node = 'n'", List.of())
                        .getSingleResult()));
        assertEquals(2_001, first);
    }

    @Test
    void searchesLeaveConnectionsForSignIns() throws InterruptedException {
        TrailSearch search = node.search();
        search.places.acquire(TrailSearch.PLACES);
        AuthException refused = assertThrows(AuthException.class, () -> search.page(TrailFixture.all(), 1));
        assertEquals(ErrorCode.OVERLOADED, refused.code());
        search.places.release();
        for (int i = 0; i < 2; i++) {
            assertEquals(1, search.page(TrailFixture.all(), 1).lines().size());
        }
    }

    @Test
    void aPlaceNamesNothingThatNoNodeIsCalled() {
        String cursor = new TrailPlace(1, "a\0b", 1).cursor(TrailFixture.all());
        AuthException refused = assertThrows(AuthException.class, () -> TrailPlace.of(TrailFixture.all(cursor)));
        assertEquals(ErrorCode.INVALID_REQUEST, refused.code());
        assertEquals(Optional.empty(), node.search().around("a\0b", 1));
    }

    /** A name with characters that the database cannot hold, for example. */
    @Test
    void aLineThatTheDatabaseRefusesHoldsUpNoOther() throws IOException {
        node.execute("alter table audit_entry add constraint c check (user_id <> 'refused')");
        node.record(3);
        node.record(AuditEvent.LOGOUT, "refused");
        node.record(3);
        assertEquals(7, node.bring());
        assertEquals(16 + 6, node.rows());
        assertEquals(0, node.projector.lag().orElseThrow().entries());
        node.record(AuditEvent.LOGOUT, "refused");
        node.bring();
        node.projector.close();
        assertEquals(0, node.bring(), "the cursor is behind it");
    }

    /** An older copy of the store remembers less, which the database makes up for; it takes nothing back. */
    @Test
    void aStoreThatWasRolledBackHidesNothing() throws IOException {
        remembered.put(node.log.node(), new ChainAnchor(1, hash(1)));
        assertTrue(node.verified().isGood());
        Files.write(node.file(), node.lines().subList(0, 12));
        assertEquals("truncated", bad().kind());
    }

    /** Whoever can write file and database, but not the store. */
    @Test
    void aDatabaseThatWasMadeToFitTheShortenedFileIsFoundByTheStore() throws IOException {
        node.log.anchor("hour");
        node.record(1);
        node.bring();
        Files.write(node.file(), node.lines().subList(0, 8));
        node.execute("delete from audit_entry where seq > 8");
        node.execute("delete from audit_anchor");
        node.execute("update audit_node set seq = 8, hash = '" + hash(8) + "'");
        assertEquals("truncated", bad().kind());
        remembered.clear();
        assertTrue(node.verified().isGood(), "so nothing else told");
    }

    private String hash(int line) throws IOException {
        return node.lines().get(line - 1).replaceAll(".*\"hash\":\"([^\"]+)\"}$", "$1");
    }

    private BadEntry bad() {
        return node.verified().nodes().stream()
                .flatMap(report -> report.firstBad().stream())
                .findFirst()
                .orElseThrow();
    }

    @Test
    void theNameOfANodeIsKeptAndDiffersBetweenLogs() throws IOException {
        String name = node.log.node();
        node.stop();
        node.start();
        assertEquals(name, node.log.node());
        try (TrailFixture other = new TrailFixture(Files.createDirectory(home.resolve("two")), database, store)) {
            assertNotEquals(name, other.log.node(), "of two nodes on one host");
            other.record(AuditEvent.LOGOUT, "user");
            other.bring();
            assertEquals(2, node.verified().nodes().size());
            assertTrue(node.verified().isGood());
        }
    }
}
