package com.amplihack.auth.keys;

import com.amplihack.auth.audit.AuditEntry;
import com.amplihack.auth.audit.AuditEvent;
import com.amplihack.auth.audit.AuditLog;
import com.amplihack.auth.keys.ring.KeyState;
import com.amplihack.auth.keys.ring.Ring;
import com.amplihack.auth.keys.ring.RingKey;
import java.util.Optional;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Audits every state change of a key between one ring and the next, except a compromise, which {@link CompromisedKeys} audits
 * because it holds even where the ring cannot be written.
 */
final class RingAudit {
    private static final Logger LOG = Logger.getLogger(RingAudit.class.getName());

    private final AuditLog audit;

    RingAudit(AuditLog audit) {
        this.audit = audit;
    }

    void record(KeyChangeCause by, Ring before, Ring after) {
        before.next().filter(key -> after.find(key.kid()).isEmpty()).ifPresent(key -> withdrawn(by, key));
        after.active()
                .filter(key -> !before.active().map(RingKey::kid).equals(Optional.of(key.kid())))
                .ifPresent(key -> activated(by, key, before, after));
        after.next()
                .filter(key -> before.find(key.kid()).isEmpty())
                .ifPresent(key -> audit.record(entry(by, KeyState.NEXT.name(), key)));
        before.keys().stream()
                .filter(key -> key.state() == KeyState.RETIRING)
                .filter(key -> after.find(key.kid())
                        .map(now -> now.state() == KeyState.RETIRED && !now.compromised())
                        .orElse(true))
                .forEach(key -> retired(by, key));
    }

    private void activated(KeyChangeCause by, RingKey key, Ring before, Ring after) {
        LOG.log(Level.INFO, "Key {0} signs from now on", key.kid());
        audit.record(entry(by, KeyState.ACTIVE.name(), key)
                .detail("before", before.active().map(RingKey::kid).orElse(""))
                .detail("next", after.next().map(RingKey::kid).orElse("")));
    }

    private void retired(KeyChangeCause by, RingKey key) {
        LOG.log(Level.INFO, "Key {0} has retired", key.kid());
        audit.record(entry(by, KeyState.RETIRED.name(), key));
    }

    /** A NEXT key that never signed, and whose private key was lost or is in the wrong key store. */
    private void withdrawn(KeyChangeCause by, RingKey key) {
        LOG.log(Level.WARNING, "The next key {0} is withdrawn and will be replaced", key.kid());
        audit.record(entry(by, "WITHDRAWN", key));
    }

    private static AuditEntry entry(KeyChangeCause by, String state, RingKey key) {
        return by.entry(AuditEvent.KEY_ROTATED).detail("state", state).detail("kid", key.kid());
    }
}
