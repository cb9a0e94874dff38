package com.amplihack.auth.keys;

import com.amplihack.auth.audit.AuditEvent;
import com.amplihack.auth.audit.AuditLog;
import com.amplihack.auth.config.Configuration;
import com.amplihack.auth.config.InvalidSettingException;
import com.amplihack.auth.config.KeySettings;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import com.amplihack.auth.store.SecurityStore;
import com.amplihack.auth.store.StoreUnavailableException;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Collectors;

/**
 * Changes the ring: by schedule, by an administrator, because of a compromise. Keys are made before the lock is taken,
 * so that nobody who must act at once waits for one. Never does a key sign that was not published long enough, but for
 * the successor of a compromised one.
 */
@ApplicationScoped
public class KeyRotation {
    private static final Logger LOG = Logger.getLogger(KeyRotation.class.getName());

    /** How long until every node of this service verifies with a new key: ring, MP Config, MP-JWT; half a second each. */
    private static final Duration SETTLED = Duration.ofSeconds(2);

    /** How long until every node has looked at the ring. */
    private static final Duration HEARD = Duration.ofMillis(500);

    private KeyRing ring;
    private Configuration configuration;
    private InstantSource clock;
    private AuditLog audit;
    private SecurityStore store;

    /** For CDI. */
    public KeyRotation() {}

    @Inject
    public KeyRotation(
            KeyRing ring, Configuration configuration, InstantSource clock, AuditLog audit, SecurityStore store) {
        this.ring = ring;
        this.configuration = configuration;
        this.clock = clock;
        this.audit = audit;
        this.store = store;
    }

    /** When the key that waits will sign by itself; empty when nothing rotates by itself. */
    public Optional<Instant> scheduled() {
        return scheduled(read());
    }

    /**
     * Lets the key that waits sign, and publishes the one after it.
     *
     * @return the key that signs now
     * @throws AuthException {@code rotation_too_early}
     */
    public synchronized RingKey rotate(KeyChange by) {
        publishNext();
        requirePublishedLongEnough(read());
        promote(by, found -> {
            requirePublishedLongEnough(found);
            return true;
        });
        return read().active().orElseThrow(KeyRotation::inBetween);
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
        ring.refresh();
        Set<String> dead = new LinkedHashSet<>(doomed(ring.keys(), kid, keepNext));
        try {
            change(found -> {
                dead.clear();
                dead.addAll(doomed(found.keys(), kid, keepNext));
                return kill(found, dead);
            });
        } finally {
            ring.distrust(dead);
            dead.forEach(one -> audit.record(
                    by.entry(AuditEvent.KEY_COMPROMISED).detail("kid", one).detail("named", one.equals(kid))));
            tellStore(dead);
        }
        replaceActive(by.because("compromise"));
        return List.copyOf(dead);
    }

    private static Set<String> doomed(List<RingKey> keys, String kid, boolean keepNext) {
        if (keys.stream().noneMatch(key -> key.kid().equals(kid))) {
            throw new AuthException(ErrorCode.NOT_FOUND, "The ring has no key of this kid.");
        }
        return kids(
                keys,
                key -> !key.compromised() && (key.kid().equals(kid) || (key.state() == KeyState.NEXT && !keepNext)));
    }

    private Ring kill(Ring found, Set<String> kids) {
        Ring after = found;
        for (String kid : kids) {
            after = after.kill(kid, now());
        }
        return after;
    }

    /** What is due: keys retire, a missing one is made, and the key that waits signs when its time has come. */
    public synchronized void tick() {
        agreeOnTheDead();
        Ring before = read();
        Ring after = change(found -> found.retire(now()));
        before.keys().stream()
                .filter(key -> key.state() == KeyState.RETIRING)
                .filter(key -> after.find(key.kid())
                        .filter(now -> now.state() == KeyState.RETIRED)
                        .isPresent())
                .forEach(key -> LOG.log(Level.INFO, "Key {0} has retired", key.kid()));
        replaceActive(KeyChange.SCHEDULE.because("compromise"));
        publishNext();
        if (isDue(read())) {
            promote(KeyChange.SCHEDULE, this::isDue);
        }
    }

    /**
     * What the store calls dead dies in the directory, and the other way round: either may have been put back to an older
     * state. A store that does not answer is told another time; the directory's own nodes know already.
     */
    private void agreeOnTheDead() {
        try {
            Set<String> dead = store.deadKeys();
            ring.distrust(dead);
            Set<String> risen = kids(read().keys(), key -> dead.contains(key.kid()) && !key.compromised());
            if (!risen.isEmpty()) {
                change(found -> kill(found, risen));
                risen.forEach(kid -> audit.record(KeyChange.SCHEDULE
                        .because("store")
                        .entry(AuditEvent.KEY_COMPROMISED)
                        .detail("kid", kid)));
            }
            tellStore(kids(read().keys(), key -> key.compromised() && !dead.contains(key.kid())));
        } catch (StoreUnavailableException away) {
            LOG.log(Level.FINE, "The store does not say which keys are dead", away);
        }
    }

    private void tellStore(Set<String> dead) {
        try {
            if (!dead.isEmpty()) {
                store.killKeys(dead);
            }
        } catch (StoreUnavailableException away) {
            LOG.log(Level.WARNING, "The store does not answer: it is told of compromised keys later");
        }
    }

    private static Set<String> kids(List<RingKey> keys, Predicate<RingKey> condition) {
        return keys.stream().filter(condition).map(RingKey::kid).collect(Collectors.toSet());
    }

    /** Promotes the key that waits if the condition still holds under the lock. */
    private void promote(KeyChange by, Predicate<Ring> condition) {
        KeyFiles.Fresh fresh = make();
        List<RingKey> stepped = new ArrayList<>();
        Ring after = change(found -> {
            stepped.clear();
            if (!condition.test(found)) {
                return found;
            }
            Ring rotated = found.rotate(now(), settings().grace());
            found.active().ifPresent(stepped::add);
            return ring.directory().publish(rotated, fresh, now());
        });
        stepped.forEach(from -> tell(by, Optional.of(from), after));
    }

    /** A ring without a key that signs gets one: the key that waits, or a new one that every node has heard of. */
    private void replaceActive(KeyChange by) {
        if (read().active().isPresent()) {
            return;
        }
        publishNext();
        Instant settled =
                read().next().map(next -> next.createdAt().plus(SETTLED)).orElse(now());
        pause(Duration.between(now(), settled));
        List<RingKey> stepped = new ArrayList<>();
        Ring after = change(found -> {
            stepped.clear();
            if (found.active().isPresent() || found.next().isEmpty()) {
                return found;
            }
            found.next().ifPresent(stepped::add);
            return found.rotate(now(), settings().grace());
        });
        if (!stepped.isEmpty()) {
            tell(by, Optional.empty(), after);
            pause(HEARD); // who is answered now finds every node signing
        }
    }

    private void publishNext() {
        if (read().next().isPresent()) {
            return;
        }
        KeyFiles.Fresh fresh = make();
        change(found -> found.next().isPresent() ? found : ring.directory().publish(found, fresh, now()));
    }

    private void tell(KeyChange by, Optional<RingKey> from, Ring after) {
        String signing = after.active().map(RingKey::kid).orElse("");
        LOG.log(Level.INFO, "Key {0} signs from now on", signing);
        audit.record(by.entry(AuditEvent.KEY_ROTATED)
                .detail("kid", signing)
                .detail("before", from.map(RingKey::kid).orElse(""))
                .detail("next", after.next().map(RingKey::kid).orElse("")));
    }

    private boolean isDue(Ring found) {
        return found.active().isPresent()
                && scheduled(found).filter(due -> !due.isAfter(now())).isPresent();
    }

    private Optional<Instant> scheduled(Ring found) {
        Duration rotation = settings().rotation();
        if (rotation.isZero()) {
            return Optional.empty();
        }
        return found.next().flatMap(next -> found.active()
                .flatMap(RingKey::signsFrom)
                .map(since -> later(since.plus(rotation), earliest(next))));
    }

    private static Instant later(Instant one, Instant other) {
        return one.isAfter(other) ? one : other;
    }

    private void requirePublishedLongEnough(Ring found) {
        RingKey next = found.next().orElseThrow(KeyRotation::inBetween);
        if (found.active().isEmpty()) {
            throw inBetween();
        }
        Instant earliest = earliest(next);
        if (now().isBefore(earliest)) {
            throw new AuthException(
                            ErrorCode.ROTATION_TOO_EARLY,
                            "The next key is not published long enough for every verifier to know it.")
                    .member("earliest_at", earliest.toString());
        }
    }

    private Instant earliest(RingKey next) {
        return next.createdAt().plus(settings().publish());
    }

    private static AuthException inBetween() {
        return new AuthException(ErrorCode.STORE_UNAVAILABLE, "The key ring is being changed: try again shortly.");
    }

    private Ring read() {
        try {
            return ring.directory().read();
        } catch (IOException | InvalidSettingException e) {
            throw unwritable(e);
        }
    }

    private KeyFiles.Fresh make() {
        try {
            return ring.directory().make();
        } catch (IOException | InvalidSettingException e) {
            throw unwritable(e);
        }
    }

    /** Changes the ring for all nodes and shows it on this one. */
    private Ring change(KeyDirectory.Step step) {
        try {
            return ring.directory().change(now(), step);
        } catch (IOException | InvalidSettingException e) {
            throw unwritable(e);
        } finally {
            ring.refresh();
        }
    }

    private static AuthException unwritable(Exception cause) {
        LOG.log(Level.SEVERE, "The key directory cannot be read or written", cause);
        return new AuthException(ErrorCode.STORE_UNAVAILABLE, "The key directory does not answer.", cause);
    }

    private KeySettings settings() {
        return configuration.settings().keys();
    }

    /** In whole milliseconds, as people read it. */
    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MILLIS);
    }

    private static void pause(Duration wait) {
        try {
            Thread.sleep(Math.max(0, Math.min(wait.toMillis(), SETTLED.toMillis())));
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        }
    }
}
