package com.amplihack.auth.audit;

import com.amplihack.auth.config.Configuration;
import com.amplihack.auth.config.source.InvalidSettingException;
import com.amplihack.auth.metrics.Meters;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import com.amplihack.auth.web.ClientContext;
import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import jakarta.annotation.Resource;
import jakarta.enterprise.concurrent.ManagedThreadFactory;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Records every event as one JSON line in the audit file and, behind {@code SECURITY_AUDIT:}, in the server log. A file
 * that hangs or refuses holds no request: the server log has the entries at once, the file as soon as it takes them.
 */
@Singleton
public class AuditLog {
    private static final Logger LOG = Logger.getLogger(AuditLog.class.getName());

    private final Configuration configuration;
    private final AuditMeter meter;

    /** The container's, so that its threads end with the application; null outside of one. */
    @Resource
    private ManagedThreadFactory threads;

    private final AuditLine lines;
    private volatile AuditWriter writer;
    private Pseudonyms pseudonyms;
    private long sequence;
    private final AtomicBoolean refusing = new AtomicBoolean();
    private final Refusals refusals = new Refusals();

    @Inject
    public AuditLog(Configuration configuration, InstantSource clock, Meters meters) {
        this.configuration = configuration;
        lines = new AuditLine(clock);
        meter = new AuditMeter(meters);
    }

    /**
     * Opens the file where an earlier start left it.
     *
     * @throws InvalidSettingException when it cannot be opened
     */
    @PostConstruct
    public synchronized void open() {
        pseudonyms = new Pseudonyms(configuration.settings().keys().path().resolve("audit.key"));
        Path path = configuration.settings().audit().file();
        AuditHead head = new AuditHead(path);
        AuditFile file = new AuditFile(path);
        AuditHead.State before;
        OptionalLong last;
        try {
            before = head.read().orElse(new AuditHead.State(0, 0));
            file.open();
            last = file.lastSequence();
        } catch (IOException e) {
            throw new InvalidSettingException(
                    "auth.audit.file: " + path + " cannot be opened: " + AuditWriter.words(e));
        }
        sequence = Math.max(before.sequence(), last.orElse(0));
        writer = new AuditWriter(file, head, this::recordOwn);
        writer.start(threads == null ? AuditLog::daemon : threads);
        tellOf(before, last.orElse(0));
    }

    /** Writes what waits, for two seconds at most; what is recorded afterwards is in the server log alone. */
    @PreDestroy
    public void close() {
        tellRefusals();
        writer.stop();
    }

    /**
     * Records an entry; returns when it is in the file, or after 15 ms, or at once while the file lets others wait.
     * Refusals of one kind from one address beyond {@value Refusals#WRITTEN_PER_MINUTE} a minute are counted instead:
     * {@link #tellRefusals} says how many they were.
     */
    public void record(AuditEntry entry) {
        meter.count(entry);
        Recorded recorded;
        synchronized (this) {
            if (!refusals.mayWrite(entry)) {
                return;
            }
            recorded = add(entry);
        }
        log(entry, recorded);
        recorded.waiting().ifPresent(writer::await);
    }

    /** Records how many refusals were not written one by one, and begins to count anew: to be called each minute. */
    public void tellRefusals() {
        List<AuditEntry> told;
        synchronized (this) {
            told = refusals.drain();
        }
        told.forEach(this::recordOwn);
    }

    /**
     * To be called before anything is changed on a request's behalf.
     *
     * @throws AuthException {@code store_unavailable} when the file has not taken an entry for
     *     {@code auth.audit.grace.seconds}
     */
    public void requireRecording() {
        boolean recording =
                writer.delay().compareTo(configuration.settings().audit().grace()) <= 0;
        if (refusing.getAndSet(!recording) == recording) {
            LOG.log(
                    recording ? Level.INFO : Level.SEVERE,
                    "The audit file {0}",
                    recording
                            ? "takes entries: changes are accepted again"
                            : "does not take entries: whatever changes something is refused (" + fault().orElse("")
                                    + ")");
        }
        if (!recording) {
            throw new AuthException(
                    ErrorCode.STORE_UNAVAILABLE, "Nothing can be changed while the audit log cannot be written.");
        }
    }

    private void recordOwn(AuditEntry entry) {
        Recorded recorded;
        synchronized (this) {
            recorded = add(entry);
        }
        log(entry, recorded);
    }

    /** One order of lines, the same as that of their numbers; the file is never touched under this lock. */
    private Recorded add(AuditEntry entry) {
        if (!writer.hasRoom(entry.severity)) {
            writer.lost(entry.severity);
            return new Recorded(lines.unnumbered(entry), Optional.empty());
        }
        String line = lines.numbered(entry, ++sequence);
        return new Recorded(line, Optional.of(writer.add(line, sequence)));
    }

    private record Recorded(String line, Optional<AuditWriter.Line> waiting) {}

    private static void log(AuditEntry entry, Recorded recorded) {
        LOG.log(entry.severity.level(), "SECURITY_AUDIT: {0}", recorded.line());
    }

    /** What happened to the file, or did not come into it, between the last stop and this start. */
    private void tellOf(AuditHead.State before, long last) {
        if (before.unwritten() > 0) {
            recordOwn(AuditEntry.of(AuditEvent.AUDIT_GAP, ClientContext.NONE)
                    .detail("reason", "the server stopped while the audit file did not take entries")
                    .detail("not_written", before.unwritten())
                    .detail("last_seq", before.sequence()));
        } else if (last < before.sequence()) {
            recordOwn(AuditEntry.of(AuditEvent.AUDIT_REOPENED, ClientContext.NONE)
                    .detail("reason", "moved, emptied or deleted between two starts")
                    .detail("last_seq", before.sequence()));
        }
    }

    private static Thread daemon(Runnable task) {
        Thread thread = new Thread(task);
        thread.setDaemon(true);
        return thread;
    }

    /** Stands for a name of an unknown account: people type passwords there, so it must not be readable. */
    public String pseudonym(String attemptedName) {
        return pseudonyms.of(attemptedName);
    }

    /** Why the file does not take entries, in words for an operator; empty when it does. */
    public Optional<String> fault() {
        return writer.fault();
    }

    /** How many entries wait for the file. */
    public int waiting() {
        return writer.waiting();
    }

    /** How many entries were recorded, those of earlier starts included. */
    public synchronized long entries() {
        return sequence;
    }
}
