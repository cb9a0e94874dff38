package com.amplihack.auth.keys;

import com.amplihack.auth.config.source.InvalidSettingException;
import com.amplihack.auth.keys.files.KeyDirectory;
import com.amplihack.auth.keys.hsm.HsmUnavailableException;
import com.amplihack.auth.keys.ring.FreshKey;
import com.amplihack.auth.keys.ring.Ring;
import com.amplihack.auth.keys.ring.RingKey;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Reads the ring and changes it for all nodes: each change shows on this node at once and is told to the audit log, and
 * what cannot be read or written is a 503.
 */
final class RingChanges {
    private static final Logger LOG = Logger.getLogger(RingChanges.class.getName());

    private final KeyRing ring;
    private final InstantSource clock;
    private final RingAudit audit;

    RingChanges(KeyRing ring, InstantSource clock, RingAudit audit) {
        this.ring = ring;
        this.clock = clock;
        this.audit = audit;
    }

    Ring read() {
        try {
            return ring.directory().read();
        } catch (IOException | InvalidSettingException e) {
            throw unwritable(e);
        }
    }

    /** See {@link KeyDirectory#make}. */
    private FreshKey make() {
        try {
            return ring.directory().make();
        } catch (IOException | InvalidSettingException e) {
            throw unwritable(e);
        }
    }

    /** Whether a key that waits is there no more; while that cannot be said it is not. */
    boolean isLost(RingKey next) {
        try {
            return !ring.directory().isUsable(next);
        } catch (HsmUnavailableException unknown) {
            return false;
        } catch (IOException e) {
            throw unwritable(e);
        }
    }

    /** A step which may publish a key that was made for it. */
    @FunctionalInterface
    interface Publication {
        Ring from(Ring ring, FreshKey fresh) throws IOException;
    }

    /** Makes a key, before the lock is taken, and then a step; when the step does without the key, nothing of it stays. */
    Ring changeWithKey(KeyChange by, Publication step) {
        FreshKey fresh = make();
        Ring after;
        try {
            after = change(by, found -> step.from(found, fresh));
        } catch (AuthException failed) {
            discardUnlessNamed(fresh, read());
            throw failed;
        }
        discardUnlessNamed(fresh, after);
        return after;
    }

    private static void discardUnlessNamed(FreshKey fresh, Ring ring) {
        if (ring.find(fresh.key().kid()).isEmpty()) {
            fresh.discard();
        }
    }

    /** See {@link KeyDirectory#publish}. */
    Ring publish(Ring found, FreshKey fresh) throws IOException {
        return ring.directory().publish(found, fresh, now());
    }

    /** See {@link KeyDirectory#sweepHsm}. */
    void sweepHsm() {
        ring.directory().sweepHsm(read(), now());
    }

    /** Makes one step, see {@link KeyDirectory#change}; to be told as done by somebody. */
    Ring change(KeyChange by, KeyDirectory.Step step) {
        AtomicReference<Ring> before = new AtomicReference<>();
        try {
            Ring after = ring.directory().change(now(), found -> {
                before.set(found);
                return step.from(found);
            });
            audit.tell(by, Objects.requireNonNull(before.get()), after);
            return after;
        } catch (IOException | InvalidSettingException e) {
            throw unwritable(e);
        } finally {
            ring.refresh();
        }
    }

    /** In whole milliseconds, as people read it. */
    Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MILLIS);
    }

    private static AuthException unwritable(Exception cause) {
        LOG.log(Level.SEVERE, "The keys cannot be read or written", cause);
        return new AuthException(ErrorCode.STORE_UNAVAILABLE, "The signing keys cannot be changed now.", cause);
    }
}
