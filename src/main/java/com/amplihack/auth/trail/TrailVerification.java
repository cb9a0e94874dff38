package com.amplihack.auth.trail;

import com.amplihack.auth.audit.AuditLog;
import com.amplihack.auth.audit.chain.ChainVerifier;
import com.amplihack.auth.audit.chain.ChainVerifier.Anchor;
import com.amplihack.auth.audit.chain.ChainVerifier.Bad;
import com.amplihack.auth.audit.chain.ChainVerifier.Kind;
import com.amplihack.auth.config.Configuration;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import com.amplihack.auth.store.StoreUnavailableException;
import com.amplihack.auth.store.anchor.AnchorStore;
import com.amplihack.auth.store.anchor.ChainAnchor;
import com.amplihack.auth.trail.ChainReport.BadEntry;
import com.amplihack.auth.trail.ChainReport.NodeReport;
import com.amplihack.auth.trail.TrailTable.Anchored;
import com.amplihack.auth.trail.TrailTable.Cursor;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Verifies this node's files and every node's lines in the database: that they are linked, that the lines are there which the
 * store and the database remember, and that file and database tell the same. It has no key that would prove more; {@code verify-audit} has (docs/audit.md).
 * Constant memory; one at a time, and as long a pause as it took.
 */
@Singleton
public class TrailVerification {
    private static final Logger LOG = Logger.getLogger(TrailVerification.class.getName());

    /** Of files: some ten seconds. */
    private static final long MOST_BYTES = 256L << 20;
    /** Of each node's lines in the database: some seconds. */
    private static final long MOST_ROWS = 100_000;
    /** Of all nodes' together, unless they are many: then of each the last thousand. */
    private static final long MOST_ROWS_IN_ALL = 500_000;

    private static final long LEAST_ROWS = 1_000;
    /** An anchor that is so much younger than what is deleted is of a line that must be there. */
    private static final Duration MARGIN = Duration.ofHours(1);

    private static final int MOST_ANCHORS = 10_000;
    private static final Duration SHORTEST_PAUSE = Duration.ofMillis(100);

    private final AuditLog audit;
    private final Configuration configuration;
    private final TrailTable table;
    private final AnchorStore store;
    private final InstantSource clock;
    private final ReentrantLock running = new ReentrantLock();
    private volatile long restedAt = System.nanoTime();

    @Inject
    TrailVerification(
            AuditLog audit, Configuration configuration, TrailTable table, AnchorStore store, InstantSource clock) {
        this.audit = audit;
        this.configuration = configuration;
        this.table = table;
        this.store = store;
        this.clock = clock;
    }

    /**
     * Verifies what can be read in some seconds: the youngest 256 MiB of this node's files, and the youngest 100,000 lines of
     * each node in the database.
     *
     * @throws AuthException {@code overloaded} while another one runs, and for as long as the last one took after it;
     *     {@code store_unavailable} when the database does not answer
     */
    public ChainReport verify() {
        if (!running.tryLock()) {
            throw busy();
        }
        try {
            if (System.nanoTime() - restedAt < 0) {
                throw busy();
            }
            long begun = System.nanoTime();
            ChainReport report = report();
            long ended = System.nanoTime();
            long took = ended - begun;
            restedAt = took < SHORTEST_PAUSE.toNanos() ? ended : ended + took;
            return report;
        } finally {
            running.unlock();
        }
    }

    private static AuthException busy() {
        return new AuthException(ErrorCode.OVERLOADED, "The audit is being verified, or was just now.")
                .retryAfter(Duration.ofSeconds(5));
    }

    private ChainReport report() {
        List<NodeReport> reports = new ArrayList<>();
        long oldest = clock.instant()
                .minus(Duration.ofDays(configuration.settings().audit().keepDays()))
                .toEpochMilli();
        List<Cursor> cursors = table.cursors().stream() // of the others retention deletes the lines
                .filter(cursor -> cursor.at() >= oldest || cursor.node().equals(audit.node()))
                .toList();
        long mostRows = Math.max(LEAST_ROWS, Math.min(MOST_ROWS, MOST_ROWS_IN_ALL / Math.max(1, cursors.size())));
        long kept = oldest + MARGIN.toMillis();
        if (cursors.stream().noneMatch(cursor -> cursor.node().equals(audit.node()))) {
            reports.add(ownFiles(Optional.empty(), kept));
        }
        for (Cursor cursor : cursors) {
            Optional<NodeReport> files = cursor.node().equals(audit.node())
                    ? Optional.of(ownFiles(Optional.of(cursor), kept))
                    : Optional.empty();
            reports.add(files.filter(report -> report.firstBad().isPresent())
                    .orElseGet(() -> merged(files, rows(cursor.node(), mostRows, kept))));
        }
        return new ChainReport(reports);
    }

    /** What is bad in the database alone is bad too; the number is the file's, which has more. */
    private static NodeReport merged(Optional<NodeReport> files, NodeReport rows) {
        return files.filter(report -> rows.firstBad().isEmpty()).orElse(rows);
    }

    private NodeReport ownFiles(Optional<Cursor> cursor, long kept) {
        List<Anchored> remembered = table.anchors(audit.node(), MOST_ANCHORS);
        List<Anchor> anchors =
                anchors(audit.node(), remembered, cursor); // before the files: they have the lines of all these
        ChainVerifier verifier = new ChainVerifier(Optional.empty(), anchors, read -> {});
        cursor.ifPresent(reached -> verifier.comparedWith(
                new RowWitness(table, audit.node(), Math.max(0, reached.seq() - MOST_ROWS + 1), reached.seq())));
        Path file = configuration.settings().audit().file();
        if (Files.exists(file) && !Files.isRegularFile(file)) {
            return new NodeReport(audit.node(), 0, false, Optional.empty()); // a pipe or device
        }
        try (LogSnapshot log = LogSnapshot.of(file, MOST_BYTES)) {
            Optional<Bad> bad = log.read(verifier::read);
            Optional<Bad> found = bad.isPresent() ? bad : verifier.end(log.liveName());
            boolean complete = log.isComplete()
                    && anchoredBefore(verifier.firstSeq(), 0, remembered, kept).isEmpty();
            return report(audit.node(), verifier, complete, found.or(() -> tooFar(verifier, log.liveName())));
        } catch (IOException unreadable) {
            LOG.log(Level.WARNING, "The audit files cannot be verified", unreadable);
            throw new AuthException(ErrorCode.STORE_UNAVAILABLE, "The audit files cannot be read.", unreadable);
        }
    }

    /** A line with a number that the log has not given yet. */
    private Optional<Bad> tooFar(ChainVerifier verifier, String file) {
        return verifier.seq() <= audit.entries()
                ? Optional.empty()
                : Optional.of(new Bad(
                        file, 0, verifier.seq(), Kind.ANOTHER_CHAIN, "this log has not got to that number yet"));
    }

    /**
     * The oldest line that was anchored, is not so old that it may be gone, and is before the first that is there. The anchor
     * itself is the next line.
     */
    private static Optional<Anchored> anchoredBefore(long firstSeq, long from, List<Anchored> anchors, long kept) {
        return anchors.stream()
                .filter(anchor -> anchor.at() >= kept && anchor.head().seq() >= from)
                .min(Comparator.comparingLong(anchor -> anchor.head().seq()))
                .filter(anchor -> anchor.head().seq() + 1 < firstSeq);
    }

    /** First what is remembered, and then how far the rows have got since: so they have all of it. */
    private NodeReport rows(String node, long most, long kept) {
        List<Anchored> remembered = table.anchors(node, MOST_ANCHORS);
        List<Anchor> anchors = anchors(node, remembered, Optional.empty());
        Cursor reached = table.cursor(node).orElse(new Cursor(node, 0, "", 0));
        if (!reached.hash().isEmpty()) {
            anchors.add(new Anchor(reached.seq(), reached.hash()));
        }
        long from = Math.max(0, reached.seq() - most + 1);
        ChainVerifier verifier = new ChainVerifier(Optional.empty(), anchors, read -> {});
        try (RowStream rows = new RowStream(table, node, from, reached.seq())) {
            Optional<Bad> bad = verifier.read("database", rows);
            Optional<Bad> found = bad.isPresent() ? bad : verifier.end("database");
            return report(node, verifier, from == 0, found.or(() -> beheaded(verifier, from, remembered, kept)));
        } catch (IOException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static Optional<Bad> beheaded(ChainVerifier verifier, long from, List<Anchored> remembered, long kept) {
        return anchoredBefore(verifier.firstSeq(), from, remembered, kept)
                .map(anchor -> new Bad(
                        "database",
                        1,
                        verifier.firstSeq(),
                        Kind.DELETED,
                        "the lines from seq " + anchor.head().seq() + " on are missing before it"));
    }

    private static NodeReport report(String node, ChainVerifier verifier, boolean complete, Optional<Bad> bad) {
        return new NodeReport(
                node,
                verifier.lines() + verifier.unchained(),
                complete,
                bad.map(found ->
                        new BadEntry(found.seq(), found.kind().label(), found.file(), found.line(), found.detail())));
    }

    private List<Anchor> anchors(String node, List<Anchored> remembered, Optional<Cursor> cursor) {
        List<Anchor> anchors = new ArrayList<>();
        remembered.forEach(anchored -> anchors.add(anchor(anchored.head())));
        cursor.filter(reached -> !reached.hash().isEmpty())
                .ifPresent(reached -> anchors.add(new Anchor(reached.seq(), reached.hash())));
        try {
            store.anchor(node).ifPresent(head -> anchors.add(anchor(head)));
        } catch (StoreUnavailableException away) {
            LOG.log(Level.FINE, "The store was not asked for the head of an audit chain", away);
        }
        return anchors;
    }

    private static Anchor anchor(ChainAnchor head) {
        return new Anchor(head.seq(), head.hash());
    }
}
