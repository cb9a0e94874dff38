package com.amplihack.auth.audit;

import java.util.logging.Level;

/** What is audited, with how grave it is (CONTRACT.md section 4). */
public enum AuditEvent {
    LOGIN_SUCCESS(Severity.INFO),
    LOGIN_FAILED(Severity.WARNING),
    TOKEN_ISSUED(Severity.INFO),
    TOKEN_REFRESHED(Severity.INFO),
    TOKEN_REVOKED(Severity.WARNING),
    TOKEN_INVALID(Severity.WARNING),
    REPLAY_DETECTED(Severity.CRITICAL),
    ALGORITHM_CONFUSION(Severity.CRITICAL),

    LOGOUT(Severity.INFO),
    RATE_LIMIT_EXCEEDED(Severity.WARNING),
    BINDING_MISMATCH(Severity.WARNING),
    BINDING_CHANGED(Severity.INFO),
    ACCOUNT_LOCKED(Severity.WARNING),
    ACCOUNT_UNLOCKED(Severity.INFO),
    PASSWORD_CHANGED(Severity.INFO),
    ADMIN_ACTION(Severity.INFO);

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

    AuditEvent(Severity severity) {
        this.severity = severity;
    }

    Severity severity() {
        return severity;
    }
}
