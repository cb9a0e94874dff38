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
 * @param username of that user
 * @param actor as in {@link AuditEntry#actor}; empty when it is the user, or nobody
 * @param sessionId empty when no session caused it
 */
public record KeyChangeCause(
        String reason, String userId, String username, String sessionId, String actor, ClientContext client) {
    static final KeyChangeCause SCHEDULE = cause("schedule", "");
    static final KeyChangeCause START = cause("start", "");

    /** A JMX operation by that actor. */
    public static KeyChangeCause jmx(String actor) {
        return cause("jmx", actor);
    }

    private static KeyChangeCause cause(String reason, String actor) {
        return new KeyChangeCause(reason, "", "", "", actor, ClientContext.NONE);
    }

    /** An administrator's request. */
    public static KeyChangeCause by(String userId, String username, String sessionId, ClientContext client) {
        return new KeyChangeCause("administrator", userId, username, sessionId, "", client);
    }

    KeyChangeCause because(String other) {
        return new KeyChangeCause(other, userId, username, sessionId, actor, client);
    }

    AuditEntry entry(AuditEvent event) {
        return AuditEntry.of(event, client)
                .user(userId, username)
                .actor(actor)
                .session(sessionId)
                .detail("reason", reason);
    }
}
