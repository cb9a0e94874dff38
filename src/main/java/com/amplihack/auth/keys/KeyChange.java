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
public record KeyChange(String reason, String userId, String sessionId, ClientContext client) {
    static final KeyChange SCHEDULE = new KeyChange("schedule", "", "", ClientContext.NONE);
    static final KeyChange START = new KeyChange("start", "", "", ClientContext.NONE);

    /** A JMX operation. */
    public static final KeyChange JMX = new KeyChange("jmx", "", "", ClientContext.NONE);

    /** An administrator's request. */
    public static KeyChange by(String userId, String sessionId, ClientContext client) {
        return new KeyChange("administrator", userId, sessionId, client);
    }

    KeyChange because(String other) {
        return new KeyChange(other, userId, sessionId, client);
    }

    AuditEntry entry(AuditEvent event) {
        return AuditEntry.of(event, client).user(userId).session(sessionId).detail("reason", reason);
    }
}
