package com.amplihack.auth.trail;

import com.amplihack.auth.audit.AuditEntry;
import com.amplihack.auth.audit.AuditEvent;
import com.amplihack.auth.audit.AuditLog;
import com.amplihack.auth.audit.RotatedFiles;
import com.amplihack.auth.config.AuditSettings;
import com.amplihack.auth.config.Configuration;
import com.amplihack.auth.database.DataRefusedException;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.store.StoreUnavailableException;
import com.amplihack.auth.store.anchor.AnchorStore;
import com.amplihack.auth.store.anchor.ChainAnchor;
import com.amplihack.auth.trail.TrailTable.Cursor;
import com.amplihack.auth.web.ClientContext;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Brings the lines of this node's audit log into the database, each at least once and to one row, and the heads that they
 * anchor into store and database. One thread calls it; what {@link #lag} answers is for all.
 */
@Singleton
public class TrailProjector {
    private static final Logger LOG = Logger.getLogger(TrailProjector.class.getName());

    /** A transaction takes some tens of milliseconds. */
    static final int BATCH = 500;

    private final AuditLog audit;
    private final Configuration configuration;
    private final TrailTable table;
    private final TrailPartitions partitions;
    private final AnchorStore store;
    private final InstantSource clock;
    private final LongSupplier nanos;

    private @Nullable LogFollower follower;
    private @Nullable ChainAnchor unanchored;
    private boolean rolledBackTold;
    private volatile @Nullable Cursor reached;
    private volatile boolean followable = true;
    private volatile long caughtUp;

    @Inject
    TrailProjector(
            AuditLog audit,
            Configuration configuration,
            TrailTable table,
            TrailPartitions partitions,
            AnchorStore store,
            InstantSource clock) {
        this(audit, configuration, table, partitions, store, clock, System::nanoTime);
    }

    /** @param nanos as {@link System#nanoTime} */
    TrailProjector(
            AuditLog audit,
            Configuration configuration,
            TrailTable table,
            TrailPartitions partitions,
            AnchorStore store,
            InstantSource clock,
            LongSupplier nanos) {
        this.nanos = nanos;
        this.caughtUp = nanos.getAsLong();
        this.audit = audit;
        this.configuration = configuration;
        this.table = table;
        this.partitions = partitions;
        this.store = store;
        this.clock = clock;
    }

    /**
     * How far the database is behind.
     *
     * @param entries that it does not have yet
     * @param age since it had all, or since the start
     */
    public record Lag(long entries, Duration age) {
        private static final Duration LATE = Duration.ofMinutes(1);

        /** Whether readiness warns of it. */
        public boolean isLate() {
            return age.compareTo(LATE) > 0;
        }
    }

    /** How far the database is behind this node's log; empty if the log is no file, from which nothing can be brought. */
    public Optional<Lag> lag() {
        if (!followable) {
            return Optional.empty();
        }
        Cursor now = reached;
        Duration age = Duration.ofNanos(nanos.getAsLong() - caughtUp);
        long entries = Math.max(0, audit.entries() - (now == null ? 0 : now.seq()));
        return Optional.of(new Lag(entries, entries == 0 ? Duration.ZERO : age));
    }

    /**
     * Brings the next lines.
     *
     * @return how many; 0 when there are no more yet
     * @throws AuthException {@code store_unavailable} when the database does not answer
     * @throws IOException when a file cannot be read
     */
    public int bring() throws IOException {
        LogFollower log = opened();
        if (!log.isFollowable()) {
            followable = false;
            return 0;
        }
        tellStore();
        List<byte[]> read = log.next(BATCH);
        if (read.isEmpty()) {
            caughtUp = nanos.getAsLong();
            return 0;
        }
        List<TrailLine> lines = new ArrayList<>();
        read.forEach(bytes -> TrailLine.read(bytes).ifPresent(lines::add)); // the verifier names what is no entry
        if (lines.isEmpty()) {
            return read.size();
        }
        try {
            store(lines);
        } catch (AuthException failed) {
            close(); // the next call begins behind the last line that the database has
            throw failed;
        }
        if (read.size() < BATCH) {
            caughtUp = nanos.getAsLong();
        }
        return read.size();
    }

    private void store(List<TrailLine> lines) {
        partitions.prepare(
                lines.stream().map(TrailLine::at).toList(),
                clock.instant(),
                configuration.settings().audit().keepDays());
        TrailLine last = lines.get(lines.size() - 1);
        Cursor before = reached;
        Cursor after = before != null && before.seq() > last.seq()
                ? before
                : new Cursor(audit.node(), last.seq(), last.hash(), last.at());
        try {
            table.save(lines, after);
        } catch (DataRefusedException refused) {
            oneByOne(lines, after, refused);
        }
        reached = after;
        lines.stream().flatMap(line -> line.anchored().stream()).forEach(head -> unanchored = head);
        tellStore();
    }

    /** A line that the database refuses must not hold up those after it; each moves the cursor behind itself alone. */
    private void oneByOne(List<TrailLine> lines, Cursor after, DataRefusedException refused) {
        LOG.log(Level.FINE, "Entries are stored one by one", refused);
        for (TrailLine line : lines) {
            Cursor behind =
                    line.seq() < after.seq() ? new Cursor(audit.node(), line.seq(), line.hash(), line.at()) : after;
            Cursor now = reached;
            if (now != null && now.seq() > behind.seq()) {
                behind = now;
            }
            try {
                table.save(List.of(line), behind);
            } catch (DataRefusedException bad) {
                LOG.log(Level.SEVERE, "The database does not take the audit entry " + line.seq(), bad);
                table.save(List.of(), behind);
            }
            reached = behind;
        }
    }

    /** Where the last run has ended, and whether what the database and the store remember is still in the log. */
    private LogFollower opened() throws IOException {
        LogFollower known = follower;
        if (known != null) {
            return known;
        }
        LogFollower log = new LogFollower(configuration.settings().audit().file());
        if (!log.isFollowable()) {
            return log;
        }
        Optional<Cursor> cursor = table.cursor(audit.node());
        long seq = cursor.map(Cursor::seq).orElse(0L);
        LogFollower.Found found = log.seek(seq, cursor.map(Cursor::hash).orElse(""));
        reached = cursor.orElse(null);
        if (found == LogFollower.Found.OTHER) {
            tellRolledBack("the database", seq);
        } else if (audit.entries() < seq) {
            tellRolledBack("the database", seq);
        }
        checkStore();
        follower = log;
        return log;
    }

    private void checkStore() {
        try {
            store.anchor(audit.node())
                    .filter(head -> head.seq() > audit.entries())
                    .ifPresent(head -> tellRolledBack("the store", head.seq()));
        } catch (StoreUnavailableException away) {
            LOG.log(Level.FINE, "The store was not asked for the head of the audit chain", away);
        }
    }

    private void tellRolledBack(String by, long seq) {
        if (!rolledBackTold) {
            rolledBackTold = true;
            audit.record(AuditEntry.of(AuditEvent.AUDIT_ROLLED_BACK, ClientContext.NONE)
                    .detail("remembered_by", by)
                    .detail("last_seq", seq));
        }
    }

    private void tellStore() {
        ChainAnchor head = unanchored;
        if (head == null) {
            return;
        }
        try {
            store.anchor(audit.node(), head);
            unanchored = null;
        } catch (StoreUnavailableException away) {
            LOG.log(Level.FINE, "The store is told the head of the audit chain later", away);
        }
    }

    /**
     * Deletes what is older than {@code auth.audit.keep.days}: entries in the database, and closed files of which every line
     * is there.
     *
     * @return whether there may be more
     */
    public boolean forgetOld() throws IOException {
        AuditSettings settings = configuration.settings().audit();
        Duration kept = Duration.ofDays(settings.keepDays());
        boolean more = partitions.forget(clock.instant().minus(kept), audit.node());
        Cursor now = reached;
        LocalDate oldest = clock.instant().minus(kept).atOffset(ZoneOffset.UTC).toLocalDate();
        for (RotatedFiles.Rotated file : new RotatedFiles(settings.file()).list()) {
            if (file.day().isBefore(oldest) && now != null && file.lastSeq() <= now.seq()) {
                Files.deleteIfExists(file.path());
                LOG.log(Level.INFO, "{0} is older than auth.audit.keep.days and was deleted", file.path());
            }
        }
        return more;
    }

    /** Begins anew, behind the last line that the database has. */
    public void close() {
        LogFollower known = follower;
        if (known != null) {
            known.close();
            follower = null;
        }
    }
}
