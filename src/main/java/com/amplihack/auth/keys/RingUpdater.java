package com.amplihack.auth.keys;

import com.amplihack.auth.config.source.InvalidSettingException;
import com.amplihack.auth.keys.files.KeyDirectory;
import com.amplihack.auth.keys.hsm.HsmUnavailableException;
import com.amplihack.auth.keys.ring.Ring;
import com.amplihack.auth.keys.ring.RingKey;
import com.amplihack.auth.keys.ring.UnpublishedKey;
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

/** Reads and changes the ring in the key directory, audits each change and reloads it here; an I/O failure is a 503. */
final class RingUpdater {
    private static final Logger LOG = Logger.getLogger(RingUpdater.class.getName());

    private final KeyRing ring;
    private final InstantSource clock;
    private final RingAudit audit;

    RingUpdater(KeyRing ring, InstantSource clock, RingAudit audit) {
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
    private UnpublishedKey make() {
        try {
            return ring.directory().make();
        } catch (IOException | InvalidSettingException e) {
            throw unwritable(e);
        }
    }

    /** Whether the NEXT key's private key is gone; false while the HSM cannot tell. */
    boolean isLost(RingKey next) {
        try {
            return !ring.directory().isUsable(next);
        } catch (HsmUnavailableException unknown) {
            return false;
        } catch (IOException e) {
            throw unwritable(e);
        }
    }

    /** A change that may publish a key generated for it. */
    @FunctionalInterface
    interface Publication {
        Ring from(Ring ring, UnpublishedKey fresh) throws IOException;
    }

    /**
     * Generates a key before taking the lock, makes the change, and discards the key if the change did not publish it.
     */
    Ring changeWithKey(KeyChangeCause by, Publication step) {
        UnpublishedKey fresh = make();
        Ring after;
        try {
            after = change(by, found -> step.from(found, fresh));
        } catch (AuthException failed) {
            discardUnlessPublished(fresh, read());
            throw failed;
        }
        discardUnlessPublished(fresh, after);
        return after;
    }

    private static void discardUnlessPublished(UnpublishedKey fresh, Ring ring) {
        if (ring.find(fresh.key().kid()).isEmpty()) {
            fresh.discard();
        }
    }

    /** See {@link KeyDirectory#publish}. */
    Ring publish(Ring found, UnpublishedKey fresh) throws IOException {
        return ring.directory().publish(found, fresh, now());
    }

    /** See {@link KeyDirectory#sweepHsm}. */
    void sweepHsm() {
        ring.directory().sweepHsm(read(), now());
    }

    /** Makes one change, see {@link KeyDirectory#change}, and audits it with its cause. */
    Ring change(KeyChangeCause by, KeyDirectory.Step step) {
        AtomicReference<Ring> before = new AtomicReference<>();
        try {
            Ring after = ring.directory().change(now(), found -> {
                before.set(found);
                return step.from(found);
            });
            audit.record(by, Objects.requireNonNull(before.get()), after);
            return after;
        } catch (IOException | InvalidSettingException e) {
            throw unwritable(e);
        } finally {
            ring.refresh();
        }
    }

    /** Truncated to milliseconds. */
    Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MILLIS);
    }

    private static AuthException unwritable(Exception cause) {
        LOG.log(Level.SEVERE, "The keys cannot be read or written", cause);
        return new AuthException(ErrorCode.STORE_UNAVAILABLE, "The signing keys cannot be changed now.", cause);
    }
}
