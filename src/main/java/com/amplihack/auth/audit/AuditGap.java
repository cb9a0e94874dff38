package com.amplihack.auth.audit;

import com.amplihack.auth.audit.AuditEvent.Severity;
import com.amplihack.auth.web.ClientContext;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Remembers that the audit file did not take entries, and how many never reached it, until an entry says so. */
final class AuditGap {
    private static final Logger LOG = Logger.getLogger(AuditGap.class.getName());

    private final AtomicLong lost = new AtomicLong();
    private final AtomicLong lostCritical = new AtomicLong();

    // written by the writer's thread alone
    private volatile @Nullable String reason;
    private volatile long since;

    /** An entry for which there was no room. */
    void lost(Severity severity) {
        lost.incrementAndGet();
        if (severity == Severity.CRITICAL) {
            lostCritical.incrementAndGet();
        }
    }

    /** How many entries had no room, as far as no entry has told of them. */
    long missing() {
        return lost.get();
    }

    /**
     * The file does not take an entry; only the first call until the end counts.
     *
     * @param first when that entry was recorded, as {@link System#nanoTime} has it
     */
    void began(String why, long first) {
        if (reason == null) {
            reason = why;
            since = first;
            LOG.log(Level.SEVERE, "The audit file does not take entries; this log has them: {0}", why);
        }
    }

    /** To be called when all that waited is in the file: the entry about what is not, if there was a gap. */
    Optional<AuditEntry> end() {
        long entries = lost.getAndSet(0);
        long critical = lostCritical.getAndSet(0);
        if (reason == null && entries == 0) {
            return Optional.empty();
        }
        AuditEntry entry = AuditEntry.of(AuditEvent.AUDIT_GAP, ClientContext.NONE)
                .severity(entries == 0 ? Severity.WARNING : Severity.CRITICAL)
                .detail("reason", reason == null ? "more entries than could be written" : reason)
                .detail("not_written", entries)
                .detail("not_written_critical", critical);
        if (reason != null) {
            entry.detail("seconds", Duration.ofNanos(System.nanoTime() - since).toSeconds());
            LOG.info("The audit file takes entries again");
        }
        reason = null;
        return Optional.of(entry);
    }
}
