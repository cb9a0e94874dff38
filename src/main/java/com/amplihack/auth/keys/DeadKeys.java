package com.amplihack.auth.keys;

import com.amplihack.auth.audit.AuditEntry;
import com.amplihack.auth.audit.AuditEvent;
import com.amplihack.auth.audit.AuditLog;
import com.amplihack.auth.keys.ring.KeyState;
import com.amplihack.auth.keys.ring.Ring;
import com.amplihack.auth.keys.ring.RingKey;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import com.amplihack.auth.store.FleetStore;
import com.amplihack.auth.store.StoreUnavailableException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Collectors;

/**
 * The compromised keys: dead on this node whatever fails, and dead in the key directory and the store as soon as each can
 * be told.
 */
final class DeadKeys {
    private static final Logger LOG = Logger.getLogger(DeadKeys.class.getName());

    private final KeyRing ring;
    private final RingChanges changes;
    private final AuditLog audit;
    private final FleetStore store;

    DeadKeys(KeyRing ring, RingChanges changes, AuditLog audit, FleetStore store) {
        this.ring = ring;
        this.changes = changes;
        this.audit = audit;
        this.store = store;
    }

    /**
     * Ends the trust in a key, and in the one that waits.
     *
     * @return the keys that are dead now and were not before
     * @throws AuthException {@code not_found}, or 503; see {@link KeyRotation#compromise}
     */
    Set<String> kill(String kid, boolean keepNext, KeyChange by) {
        if (!knows(ring.keys(), kid)) {
            ring.refresh();
        }
        Set<String> dead = new LinkedHashSet<>(doomed(ring.keys(), kid, keepNext));
        // everywhere before anything is waited for: the lock may be held, the directory may hang. Only the one that is
        // named, for what waits here may sign by now
        ring.distrust(Set.of(kid));
        tellStore(Set.of(kid));
        try {
            changes.change(by, found -> {
                dead.clear();
                dead.addAll(doomed(found.keys(), kid, keepNext));
                return kill(found, dead);
            });
        } finally {
            ring.distrust(dead);
            dead.forEach(one -> audit.record(entry(by, one).detail("named", one.equals(kid))));
            tellStore(dead.stream().filter(one -> !one.equals(kid)).collect(Collectors.toSet()));
        }
        return dead;
    }

    /**
     * What the store calls dead, or this node knows to be, dies in the directory, and the other way round: either may have
     * been put back to an older state, or was away when it was to be told. A store that does not answer is told another
     * time.
     */
    void agree() {
        Optional<Set<String>> stored = deadInStore();
        stored.ifPresent(ring::distrust);
        ring.refresh(); // so that it knows each key of the file
        Set<String> dead = kids(ring.keys(), RingKey::compromised);
        Set<String> risen = kids(changes.read().keys(), key -> dead.contains(key.kid()) && !key.compromised());
        if (!risen.isEmpty()) {
            KeyChange by = KeyChange.SCHEDULE.because("store");
            changes.change(by, found -> kill(found, risen));
            risen.forEach(kid -> audit.record(entry(by, kid)));
        }
        stored.ifPresent(known ->
                tellStore(kids(changes.read().keys(), key -> key.compromised() && !known.contains(key.kid()))));
    }

    /** Empty while it does not say. */
    private Optional<Set<String>> deadInStore() {
        try {
            return Optional.of(store.deadKeys());
        } catch (StoreUnavailableException away) {
            LOG.log(Level.FINE, "The store does not say which keys are dead", away);
            return Optional.empty();
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

    private Ring kill(Ring found, Set<String> kids) {
        Ring after = found;
        for (String kid : kids) {
            after = after.kill(kid, changes.now());
        }
        return after;
    }

    private static Set<String> doomed(List<RingKey> keys, String kid, boolean keepNext) {
        if (!knows(keys, kid)) {
            throw new AuthException(ErrorCode.NOT_FOUND, "The ring has no key of this kid.");
        }
        return kids(
                keys,
                key -> !key.compromised() && (key.kid().equals(kid) || (key.state() == KeyState.NEXT && !keepNext)));
    }

    private static boolean knows(List<RingKey> keys, String kid) {
        return keys.stream().anyMatch(key -> key.kid().equals(kid));
    }

    private static Set<String> kids(List<RingKey> keys, Predicate<RingKey> condition) {
        return keys.stream().filter(condition).map(RingKey::kid).collect(Collectors.toSet());
    }

    private static AuditEntry entry(KeyChange by, String kid) {
        return by.entry(AuditEvent.KEY_COMPROMISED).detail("kid", kid);
    }
}
