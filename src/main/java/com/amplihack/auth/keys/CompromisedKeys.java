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

/** Distrusts compromised keys on this node at once, and keeps key directory and store in agreement about them. */
final class CompromisedKeys {
    private static final Logger LOG = Logger.getLogger(CompromisedKeys.class.getName());

    private final KeyRing ring;
    private final RingUpdater changes;
    private final AuditLog audit;
    private final FleetStore store;

    CompromisedKeys(KeyRing ring, RingUpdater changes, AuditLog audit, FleetStore store) {
        this.ring = ring;
        this.changes = changes;
        this.audit = audit;
        this.store = store;
    }

    /**
     * Marks a key, and unless {@code keepNext} the NEXT key, as compromised.
     *
     * @return the keys that this call has compromised
     * @throws AuthException {@code not_found}, or 503; see {@link KeyRotation#compromise}
     */
    Set<String> compromise(String kid, boolean keepNext, KeyChangeCause by) {
        if (!knows(ring.keys(), kid)) {
            ring.refresh();
        }
        Set<String> dead = new LinkedHashSet<>(toCompromise(ring.keys(), kid, keepNext));
        // before any wait for the lock or the directory, and only the named key: this node's NEXT may be ACTIVE by now
        ring.distrust(Set.of(kid));
        storeCompromised(Set.of(kid));
        try {
            changes.change(by, found -> {
                dead.clear();
                dead.addAll(toCompromise(found.keys(), kid, keepNext));
                return compromised(found, dead);
            });
        } finally {
            ring.distrust(dead);
            dead.forEach(one -> audit.record(entry(by, one).detail("named", one.equals(kid))));
            storeCompromised(dead.stream().filter(one -> !one.equals(kid)).collect(Collectors.toSet()));
        }
        return dead;
    }

    /**
     * Copies the compromised keys from the store and this node to the directory, and back: either may have been
     * restored from a backup or unavailable when a key was compromised. A store that does not answer is retried at the
     * next call.
     */
    void reconcile() {
        Optional<Set<String>> stored = deadInStore();
        stored.ifPresent(ring::distrust);
        ring.refresh(); // loads every key of the file
        Set<String> dead = kids(ring.keys(), RingKey::compromised);
        Set<String> restored = kids(changes.read().keys(), key -> dead.contains(key.kid()) && !key.compromised());
        if (!restored.isEmpty()) {
            KeyChangeCause by = KeyChangeCause.SCHEDULE.because("store");
            changes.change(by, found -> compromised(found, restored));
            restored.forEach(kid -> audit.record(entry(by, kid)));
        }
        stored.ifPresent(known ->
                storeCompromised(kids(changes.read().keys(), key -> key.compromised() && !known.contains(key.kid()))));
    }

    /** Empty while the store is unavailable. */
    private Optional<Set<String>> deadInStore() {
        try {
            return Optional.of(store.compromisedKeys());
        } catch (StoreUnavailableException away) {
            LOG.log(Level.FINE, "The compromised keys cannot be read from the store", away);
            return Optional.empty();
        }
    }

    private void storeCompromised(Set<String> dead) {
        try {
            if (!dead.isEmpty()) {
                store.markCompromised(dead);
            }
        } catch (StoreUnavailableException away) {
            LOG.log(Level.WARNING, "The store does not answer: compromised keys are written to it later");
        }
    }

    private Ring compromised(Ring found, Set<String> kids) {
        Ring after = found;
        for (String kid : kids) {
            after = after.compromise(kid, changes.now());
        }
        return after;
    }

    private static Set<String> toCompromise(List<RingKey> keys, String kid, boolean keepNext) {
        if (!knows(keys, kid)) {
            throw new AuthException(ErrorCode.NOT_FOUND, "The ring has no key with this kid.");
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

    private static AuditEntry entry(KeyChangeCause by, String kid) {
        return by.entry(AuditEvent.KEY_COMPROMISED).detail("kid", kid);
    }
}
