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
 * Changes the ring: by schedule, by an administrator, because of a compromise. Keys are made before the lock is taken,
 * so that nobody who must act at once waits for one. Never does a key sign that was not published long enough, but for
 * the successor of a compromised one.
 */
@Singleton
public class KeyRotation {
    /** How long until every node of this service verifies with a new key: ring, MP Config, MP-JWT; half a second each. */
    private static final Duration SETTLED = Duration.ofSeconds(2);

    /** How long until every node has looked at the ring. */
    private static final Duration HEARD = Duration.ofMillis(500);

    private final KeyRing ring;
    private final Configuration configuration;
    private final RingAudit told;
    private final RingChanges changes;
    private final DeadKeys dead;

    @Inject
    public KeyRotation(
            KeyRing ring, Configuration configuration, InstantSource clock, AuditLog audit, FleetStore store) {
        this.ring = ring;
        this.configuration = configuration;
        told = new RingAudit(audit);
        changes = new RingChanges(ring, clock, told);
        dead = new DeadKeys(ring, changes, audit, store);
    }

    /** Tells the audit log what this start has made of the ring: a first one, or another key that waits. */
    public void tellStart() {
        told.tell(KeyChange.START, ring.atStart().before(), ring.atStart().after());
    }

    /** When the key that waits will sign by itself; empty when nothing rotates by itself. */
    public Optional<Instant> scheduled() {
        return schedule().next(changes.read());
    }

    /**
     * Lets the key that waits sign, and publishes the one after it.
     *
     * @return the key that signs now
     * @throws AuthException {@code rotation_too_early}
     */
    public synchronized RingKey rotate(KeyChange by) {
        publishNext(by);
        requirePublishedLongEnough(changes.read());
        promote(by, found -> {
            requirePublishedLongEnough(found);
            return true;
        });
        return changes.read().active().orElseThrow(RotationSchedule::inBetween);
    }

    /**
     * Ends the trust in a key, on every node within a second; the key that waits goes with it, for it lay in the same
     * directory. When it was the one that signs, this takes as long as a new key does: meanwhile no token is issued.
     *
     * @param keepNext the key that waits is known to be safe, and signs at once if it must
     * @return the keys that are dead now and were not before
     * @throws AuthException {@code not_found}; 503 when the key directory cannot be written: then the keys are dead all the
     *     same, and a successor is made as soon as it can
     */
    public List<String> compromise(String kid, boolean keepNext, KeyChange by) {
        Set<String> killed = dead.kill(kid, keepNext, by);
        replaceActive(by.because("compromise"));
        return List.copyOf(killed);
    }

    /** What is due: keys retire, a missing one is made, and the key that waits signs when its time has come. */
    public synchronized void tick() {
        dead.agree();
        changes.change(KeyChange.SCHEDULE, found -> found.retire(changes.now()));
        try {
            replaceActive(KeyChange.SCHEDULE.because("compromise"));
            publishNext(KeyChange.SCHEDULE);
            if (isDue(changes.read())) {
                promote(KeyChange.SCHEDULE, this::isDue);
            }
        } finally {
            changes.sweepHsm();
        }
    }

    /** Promotes the key that waits if the condition still holds under the lock. */
    private void promote(KeyChange by, Predicate<Ring> condition) {
        requireThatNextSigns();
        changes.changeWithKey(
                by, (found, fresh) -> condition.test(found) ? changes.publish(rotated(found), fresh) : found);
    }

    /** A ring without a key that signs gets one: the key that waits, or a new one that every node has heard of. */
    private void replaceActive(KeyChange by) {
        if (changes.read().active().isPresent()) {
            return;
        }
        publishNext(by);
        Instant settled = changes.read()
                .next()
                .map(next -> next.createdAt().plus(SETTLED))
                .orElse(changes.now());
        pause(Duration.between(changes.now(), settled));
        Ring after = changes.change(
                by, found -> found.active().isPresent() || found.next().isEmpty() ? found : rotated(found));
        if (after.active().isPresent()) {
            pause(HEARD); // who is answered now finds every node signing
        }
    }

    /** Sees to it that a key waits; one whose private half was lost makes room for another. */
    private void publishNext(KeyChange by) {
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

    /** What was there when the key was made may be gone, in an HSM at least: better the old key signs on. */
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
            Thread.sleep(Math.max(0, Math.min(wait.toMillis(), SETTLED.toMillis())));
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        }
    }
}
