package com.amplihack.auth.audit;

import com.amplihack.auth.audit.AuditEvent.Severity;
import com.amplihack.auth.web.ClientContext;
import java.util.LinkedHashMap;
import java.util.Map;

/** A security event for {@link AuditLog}; never holds a token, password, key or cookie. */
public final class AuditEntry {
    final AuditEvent event;
    final ClientContext client;
    final Map<String, String> details = new LinkedHashMap<>();
    Severity severity;
    String userId = "";
    String username = "";
    String actor = "";
    String sessionId = "";

    private AuditEntry(AuditEvent event, ClientContext client) {
        this.event = event;
        this.client = client;
        severity = event.severity();
    }

    public static AuditEntry of(AuditEvent event, ClientContext client) {
        return new AuditEntry(event, client);
    }

    /** The account that it is about; {@link AuditLog} adds its name if it has met it before. */
    public AuditEntry user(String id) {
        userId = id;
        return this;
    }

    /** The account that it is about, by id and name. */
    public AuditEntry user(String id, String name) {
        username = name;
        return user(id);
    }

    /**
     * Who did it, when that is not the account that it is about: {@code account:}, {@code jmx:} or {@code os:} with a name,
     * or {@code server:} with the source of a setting.
     */
    public AuditEntry actor(String who) {
        actor = who;
        return this;
    }

    public AuditEntry session(String sid) {
        sessionId = sid;
        return this;
    }

    public AuditEntry detail(String name, Object value) {
        details.put(name, String.valueOf(value));
        return this;
    }

    /** A stolen session, which ends by it. */
    boolean isRefreshReuse() {
        return event == AuditEvent.REPLAY_DETECTED && "refresh_reuse".equals(details.get("kind"));
    }

    /**
     * Whether somebody waits for it: a refused admission changes nothing, and what neither a request nor an actor has caused has
     * nobody who waits.
     */
    boolean isWaitedFor() {
        boolean changes = !event.isOfAdmission() || isRefreshReuse();
        return changes && (!client.equals(ClientContext.NONE) || !actor.isEmpty());
    }

    /** Overrides the event's default severity. */
    public AuditEntry severity(Severity other) {
        severity = other;
        return this;
    }
}
