package com.amplihack.auth.keys;

import com.amplihack.auth.audit.AuditLog;
import com.amplihack.auth.config.Configuration;
import com.amplihack.auth.keys.ring.Ring;
import com.amplihack.auth.keys.ring.RingKey;
import com.amplihack.auth.keys.ring.SigningKey;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import com.amplihack.auth.store.FleetStore;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Rotates the signing key, on schedule, on request or after a compromise; only the successor of a compromised key may
 * sign before it was published long enough. Keys are generated before the lock is taken, so that a compromise never
 * waits for key generation.
 */
@Singleton
public class KeyRotation {
    /** Until every node verifies with a new key: half a second each for ring, MP Config and MP-JWT. */
    private static final Duration VERIFY_DELAY = Duration.ofSeconds(2);

    /** Until every node has reloaded the ring. */
    private static final Duration RELOAD_DELAY = Duration.ofMillis(500);

    private final KeyRing ring;
    private final Configuration configuration;
    private final RingAudit ringAudit;
    private final RingUpdater changes;
    private final CompromisedKeys dead;

    @Inject
    public KeyRotation(
            KeyRing ring, Configuration configuration, InstantSource clock, AuditLog audit, FleetStore store) {
        this.ring = ring;
        this.configuration = configuration;
        ringAudit = new RingAudit(audit);
        changes = new RingUpdater(ring, clock, ringAudit);
        dead = new CompromisedKeys(ring, changes, audit, store);
    }

    /** Audits what startup changed in the ring: the first keys, or a new NEXT key. */
    public void auditStart() {
        ringAudit.record(
                KeyChangeCause.START, ring.atStart().before(), ring.atStart().after());
    }

    /** When the next scheduled rotation is due; empty when none is scheduled. */
    public Optional<Instant> scheduled() {
        return schedule().next(changes.read());
    }

    /**
     * Promotes the NEXT key to ACTIVE and publishes a new NEXT.
     *
     * @return the new ACTIVE key
     * @throws AuthException {@code rotation_too_early}
     */
    public synchronized RingKey rotate(KeyChangeCause by) {
        publishNext(by);
        requirePublishedLongEnough(changes.read());
        promote(by, found -> {
            requirePublishedLongEnough(found);
            return true;
        });
        return changes.read().active().orElseThrow(RotationSchedule::incomplete);
    }

    /**
     * Distrusts a key on every node within a second, together with the NEXT key, which was stored in the same
     * directory. If it was the ACTIVE key, this call generates its successor; until then no token is issued.
     *
     * @param keepNext the NEXT key is known to be safe, and is promoted at once if needed
     * @return the keys that this call has compromised
     * @throws AuthException {@code not_found}; 503 when the key directory cannot be written: the keys are distrusted
     *     all the same, and a successor is generated as soon as it can be written
     */
    public List<String> compromise(String kid, boolean keepNext, KeyChangeCause by) {
        Set<String> compromised = dead.compromise(kid, keepNext, by);
        replaceActive(by.because("compromise"));
        return List.copyOf(compromised);
    }

    /** Does what is due: retires keys, generates missing ones and rotates on schedule. */
    public synchronized void tick() {
        dead.reconcile();
        changes.change(KeyChangeCause.SCHEDULE, found -> found.retire(changes.now()));
        try {
            replaceActive(KeyChangeCause.SCHEDULE.because("compromise"));
            publishNext(KeyChangeCause.SCHEDULE);
            if (isDue(changes.read())) {
                promote(KeyChangeCause.SCHEDULE, this::isDue);
            }
        } finally {
            changes.sweepHsm();
        }
    }

    /** Promotes the NEXT key if the condition still holds under the lock. */
    private void promote(KeyChangeCause by, Predicate<Ring> condition) {
        requireThatNextSigns();
        changes.changeWithKey(
                by, (found, fresh) -> condition.test(found) ? changes.publish(rotated(found), fresh) : found);
    }

    /** Promotes the NEXT key, or a new one that every node knows, if the ring has no ACTIVE key. */
    private void replaceActive(KeyChangeCause by) {
        if (changes.read().active().isPresent()) {
            return;
        }
        publishNext(by);
        Instant settled = changes.read()
                .next()
                .map(next -> next.createdAt().plus(VERIFY_DELAY))
                .orElse(changes.now());
        pause(Duration.between(changes.now(), settled));
        Ring after = changes.change(
                by, found -> found.active().isPresent() || found.next().isEmpty() ? found : rotated(found));
        if (after.active().isPresent()) {
            pause(RELOAD_DELAY); // when the caller is answered, every node signs
        }
    }

    /** Publishes a NEXT key if there is none, or if its private key was lost. */
    private void publishNext(KeyChangeCause by) {
        Optional<RingKey> waiting = changes.read().next();
        Optional<RingKey> lost = waiting.filter(changes::isLost);
        if (waiting.isPresent() && lost.isEmpty()) {
            return;
        }
        changes.changeWithKey(by, (found, fresh) -> {
            Ring ring = found.next().equals(lost) ? found.withoutNext() : found;
            return ring.next().isPresent() ? found : changes.publish(ring, fresh);
        });
    }

    /** A NEXT key that cannot sign, as one lost from the HSM, must not replace an ACTIVE key that can. */
    private void requireThatNextSigns() {
        ring.refresh();
        if (!ring.waiting().map(SigningKey::works).orElse(false)) {
            throw new AuthException(ErrorCode.STORE_UNAVAILABLE, "The next key does not sign.");
        }
    }

    private Ring rotated(Ring found) {
        return found.rotate(changes.now(), configuration.settings().keys().grace());
    }

    private boolean isDue(Ring found) {
        return schedule().isDue(found, changes.now());
    }

    private void requirePublishedLongEnough(Ring found) {
        schedule().requirePublishedLongEnough(found, changes.now());
    }

    private RotationSchedule schedule() {
        return new RotationSchedule(configuration.settings().keys());
    }

    private static void pause(Duration wait) {
        try {
            Thread.sleep(Math.max(0, Math.min(wait.toMillis(), VERIFY_DELAY.toMillis())));
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        }
    }
}
