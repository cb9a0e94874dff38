package com.amplihack.auth.audit;

import com.amplihack.auth.audit.AuditEvent.Severity;
import com.amplihack.auth.web.ClientContext;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Tracks an outage of the audit file and counts the dropped entries until an entry reports them. */
final class AuditOutage {
    private static final Logger LOG = Logger.getLogger(AuditOutage.class.getName());

    private final AtomicLong dropped = new AtomicLong();
    private final AtomicLong droppedCritical = new AtomicLong();

    // written by the writer's thread alone
    private volatile @Nullable String reason;
    private volatile long since;

    /** Counts an entry that the full queue dropped. */
    void dropped(Severity severity) {
        dropped.incrementAndGet();
        if (severity == Severity.CRITICAL) {
            droppedCritical.incrementAndGet();
        }
    }

    /** The number of dropped entries not yet reported. */
    long dropped() {
        return dropped.get();
    }

    /**
     * Starts an outage; further calls before its end have no effect.
     *
     * @param first the {@link System#nanoTime} at which the first affected entry was recorded
     */
    void begin(String why, long first) {
        if (reason == null) {
            reason = why;
            since = first;
            LOG.log(Level.SEVERE, "The audit file cannot be written; this log has its entries: {0}", why);
        }
    }

    /** Ends the outage once the queue is written; returns the entry that reports it, if there was one. */
    Optional<AuditEntry> end() {
        long entries = dropped.getAndSet(0);
        long critical = droppedCritical.getAndSet(0);
        if (reason == null && entries == 0) {
            return Optional.empty();
        }
        AuditEntry entry = AuditEntry.of(AuditEvent.AUDIT_GAP, ClientContext.NONE)
                .severity(entries == 0 ? Severity.WARNING : Severity.CRITICAL)
                .detail("reason", reason == null ? "the queue was full" : reason)
                .detail("not_written", entries)
                .detail("not_written_critical", critical);
        if (reason != null) {
            entry.detail("seconds", Duration.ofNanos(System.nanoTime() - since).toSeconds());
            LOG.info("The audit file is writable again");
        }
        reason = null;
        return Optional.of(entry);
    }
}
