package com.amplihack.auth.audit;

import java.util.logging.Level;

/** The security events and their default severity, as docs/audit-events.md lists them. */
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
    /** The password was right, and a second factor must follow. */
    MFA_REQUIRED(Severity.INFO),
    /** A user was authenticated once more within a session. */
    REAUTHENTICATED(Severity.INFO),
    FACTOR_ENROLLED(Severity.INFO),
    FACTOR_REMOVED(Severity.WARNING),
    /** A code to set up an authenticator app is not the app's. */
    FACTOR_REFUSED(Severity.WARNING, true),
    RECOVERY_CODE_USED(Severity.WARNING),
    RECOVERY_CODES_REPLACED(Severity.INFO),
    DEVICE_REMEMBERED(Severity.INFO),
    /** A device does not stand for the second factor any more. */
    DEVICE_FORGOTTEN(Severity.INFO),
    /** Somebody said that they forgot the password of a name; nobody has proven anything. */
    PASSWORD_RESET_REQUESTED(Severity.INFO),
    EMAIL_CHANGE_REQUESTED(Severity.INFO),
    EMAIL_CHANGED(Severity.INFO),
    ACCOUNT_DELETED(Severity.WARNING),
    API_KEY_CREATED(Severity.INFO),
    API_KEY_CHANGED(Severity.INFO),
    API_KEY_REVOKED(Severity.INFO),
    API_KEY_REFUSED(Severity.WARNING, true),
    API_KEY_EXPIRING(Severity.WARNING),
    PASSKEY_ADDED(Severity.INFO),
    PASSKEY_CHANGED(Severity.INFO),
    PASSKEY_REMOVED(Severity.INFO),
    /** What somebody sent to make a passkey, or as a second factor, does not prove it. */
    PASSKEY_REFUSED(Severity.WARNING, true),
    /** A passkey's counter did not grow: two authenticators have its key. */
    PASSKEY_CLONED(Severity.CRITICAL, true),
    KEY_ROTATED(Severity.INFO),
    KEY_COMPROMISED(Severity.CRITICAL),
    ADMIN_ACTION(Severity.INFO),
    POLICY_CHANGED(Severity.INFO),
    POLICY_REFUSED(Severity.WARNING),
    STORE_UNAVAILABLE(Severity.CRITICAL),

    /** The audit file could not be written for a while; the details count the missing entries. */
    AUDIT_GAP(Severity.CRITICAL),
    /** A new hash chain begins in a log that has lines already; the details tell why. */
    AUDIT_CHAIN_STARTED(Severity.INFO),
    /**
     * The audit file was moved, truncated or deleted from outside, ended with half a line at a start, or the clock stepped back;
     * the details hold the last {@code seq} before that.
     */
    AUDIT_REOPENED(Severity.WARNING),
    /** The chain's head, signed: what comes before it was there when it was written. */
    AUDIT_ANCHOR(Severity.INFO),
    /** The store or the database remembers lines that the file does not have: it was rolled back or replaced. */
    AUDIT_ROLLED_BACK(Severity.CRITICAL);

    /** The severity of an event and its level in the server log. */
    @SuppressWarnings("ImmutableEnumChecker") // Level is immutable
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

    /** Whether the account that the event is about has caused it: nobody has proven that of a refusal. */
    boolean isByItsAccount() {
        return !refusal && this != ACCOUNT_LOCKED && this != API_KEY_EXPIRING && this != PASSWORD_RESET_REQUESTED;
    }

    /** Whether the event is a refused request, which a client can repeat at no cost. */
    boolean isRefusal() {
        return refusal;
    }

    /** Whether the event is a request that was not admitted, which changes nothing. */
    boolean isOfAdmission() {
        return switch (this) {
            case TOKEN_INVALID,
                    REPLAY_DETECTED,
                    ALGORITHM_CONFUSION,
                    RATE_LIMIT_EXCEEDED,
                    ACCESS_DENIED,
                    BINDING_MISMATCH,
                    API_KEY_REFUSED -> true;
            default -> false;
        };
    }

    Severity severity() {
        return severity;
    }
}
