package com.amplihack.auth.audit;

import java.util.logging.Level;

/** What is audited, and how grave it is; docs/audit-events.md lists the same. */
public enum AuditEvent {
    LOGIN_SUCCESS(Severity.INFO),
    LOGIN_FAILED(Severity.WARNING, true),
    TOKEN_ISSUED(Severity.INFO),
    TOKEN_REFRESHED(Severity.INFO),
    TOKEN_REVOKED(Severity.WARNING),
    TOKEN_INVALID(Severity.WARNING, true),
    REPLAY_DETECTED(Severity.CRITICAL, true),
    ALGORITHM_CONFUSION(Severity.CRITICAL, true),

    LOGOUT(Severity.INFO),
    RATE_LIMIT_EXCEEDED(Severity.WARNING, true),
    ACCESS_DENIED(Severity.WARNING, true),
    BINDING_MISMATCH(Severity.WARNING, true),
    BINDING_CHANGED(Severity.INFO),
    ACCOUNT_LOCKED(Severity.WARNING),
    ACCOUNT_UNLOCKED(Severity.INFO),
    PASSWORD_CHANGED(Severity.INFO),
    KEY_ROTATED(Severity.INFO),
    KEY_COMPROMISED(Severity.CRITICAL),
    ADMIN_ACTION(Severity.INFO),
    POLICY_CHANGED(Severity.INFO),
    STORE_UNAVAILABLE(Severity.CRITICAL),

    /** The audit file did not take entries for a while; the details say whether any are missing. */
    AUDIT_GAP(Severity.CRITICAL),
    /** Somebody else moved, emptied or deleted the audit file; the details have the last number before. */
    AUDIT_REOPENED(Severity.WARNING);

    /** How grave an event is, and at which level the server log has it. */
    @SuppressWarnings("ImmutableEnumChecker") // a Level cannot change
    public enum Severity {
        INFO(Level.INFO),
        WARNING(Level.WARNING),
        CRITICAL(Level.SEVERE);

        private final Level level;

        Severity(Level level) {
            this.level = level;
        }

        Level level() {
            return level;
        }
    }

    private final Severity severity;
    private final boolean refusal;

    AuditEvent(Severity severity) {
        this(severity, false);
    }

    AuditEvent(Severity severity, boolean refusal) {
        this.severity = severity;
        this.refusal = refusal;
    }

    /** Whether it tells of a refused request: a client can cause it as often as it likes, at no cost to itself. */
    boolean isRefusal() {
        return refusal;
    }

    Severity severity() {
        return severity;
    }
}
