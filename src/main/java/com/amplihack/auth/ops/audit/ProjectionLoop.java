package com.amplihack.auth.ops.audit;

import com.amplihack.auth.audit.AuditLog;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.RateLimitedLogger;
import com.amplihack.auth.trail.TrailProjector;
import com.amplihack.auth.web.ServiceState;
import java.io.IOException;
import java.time.Duration;
import java.util.function.LongSupplier;
import java.util.logging.Level;
import java.util.logging.Logger;

/** What the projector's thread does again and again; nothing that fails ends it. */
final class ProjectionLoop {
    static final long POLL_MILLIS = 200;

    private static final RateLimitedLogger LOG =
            new RateLimitedLogger(Logger.getLogger(ProjectionLoop.class.getName()), 1);
    private static final long RETRY_MILLIS = 2_000;
    private static final long HOUR = Duration.ofHours(1).toNanos();
    private static final long SOON = Duration.ofSeconds(1).toNanos();
    private static final long LAST_NANOS = Duration.ofSeconds(1).toNanos();

    private final AuditLog audit;
    private final TrailProjector projector;
    private final ServiceState service;
    private final LongSupplier clock;
    private long anchored;
    private long cleaned;

    /** @param clock as {@link System#nanoTime} */
    ProjectionLoop(AuditLog audit, TrailProjector projector, ServiceState service, LongSupplier clock) {
        this.audit = audit;
        this.projector = projector;
        this.service = service;
        this.clock = clock;
    }

    /** Anchors the chain at the start. */
    void begin() {
        anchor("start");
        anchored = clock.getAsLong();
        cleaned = anchored - HOUR;
    }

    /**
     * Brings the next lines, anchors the chain each hour, and deletes each hour what is too old.
     *
     * @return milliseconds to wait before the next turn
     */
    long turn() {
        if (clock.getAsLong() - anchored >= HOUR) {
            anchored = clock.getAsLong();
            anchor("hour");
        }
        long wait = bring();
        if (wait == POLL_MILLIS && clock.getAsLong() - cleaned >= HOUR) {
            cleaned = forgetOld() ? clock.getAsLong() - HOUR + SOON : clock.getAsLong();
        }
        return wait;
    }

    /** Anchors the chain at the stop, and brings within a second what it can. */
    void end() {
        anchor("stop");
        long since = clock.getAsLong();
        while (clock.getAsLong() - since < LAST_NANOS && bring() == 0) {
            // the rest, which the next start would bring too
        }
        projector.close();
    }

    private void anchor(String reason) {
        try {
            audit.anchor(reason);
        } catch (RuntimeException | OutOfMemoryError | LinkageError failed) {
            LOG.log(Level.SEVERE, "anchor", "The audit chain could not be anchored", failed);
        }
    }

    private long bring() {
        if (service.fault().isPresent()) {
            return POLL_MILLIS; // the database is not open yet
        }
        try {
            return projector.bring() > 0 ? 0 : POLL_MILLIS;
        } catch (AuthException away) {
            LOG.log(
                    Level.WARNING,
                    "away",
                    "The audit file has entries that wait for the database: " + away.getMessage());
        } catch (IOException | RuntimeException | OutOfMemoryError | LinkageError failed) {
            LOG.log(Level.SEVERE, "failed", "The audit file could not be brought into the database", failed);
            projector.close();
        }
        return RETRY_MILLIS;
    }

    private boolean forgetOld() {
        try {
            return projector.forgetOld();
        } catch (AuthException away) {
            LOG.log(Level.WARNING, "old", "Old audit entries are deleted later: " + away.getMessage());
        } catch (IOException | RuntimeException | OutOfMemoryError | LinkageError failed) {
            LOG.log(Level.SEVERE, "old", "Old audit entries could not be deleted", failed);
        }
        return false;
    }
}
