package com.amplihack.auth.keys;

import com.amplihack.auth.audit.AuditEntry;
import com.amplihack.auth.audit.AuditEvent;
import com.amplihack.auth.web.ClientContext;

/**
 * Who or what caused a change of the key ring, for the audit log.
 *
 * @param reason {@code start}, {@code schedule}, {@code administrator}, {@code jmx}, {@code compromise} or {@code
 *     store}
 * @param userId empty when no user caused it
 * @param sessionId empty when no session caused it
 */
public record KeyChangeCause(String reason, String userId, String sessionId, ClientContext client) {
    static final KeyChangeCause SCHEDULE = new KeyChangeCause("schedule", "", "", ClientContext.NONE);
    static final KeyChangeCause START = new KeyChangeCause("start", "", "", ClientContext.NONE);

    /** A JMX operation. */
    public static final KeyChangeCause JMX = new KeyChangeCause("jmx", "", "", ClientContext.NONE);

    /** An administrator's request. */
    public static KeyChangeCause by(String userId, String sessionId, ClientContext client) {
        return new KeyChangeCause("administrator", userId, sessionId, client);
    }

    KeyChangeCause because(String other) {
        return new KeyChangeCause(other, userId, sessionId, client);
    }

    AuditEntry entry(AuditEvent event) {
        return AuditEntry.of(event, client).user(userId).session(sessionId).detail("reason", reason);
    }
}
