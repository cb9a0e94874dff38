package com.amplihack.auth.database;

import com.amplihack.auth.config.source.InvalidSettingException;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import jakarta.persistence.OptimisticLockException;
import java.net.SocketTimeoutException;
import java.security.cert.CertificateException;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.sql.SQLTransientConnectionException;
import java.util.Set;

/** Classifies a failed database call. */
enum DatabaseFault {
    /** A concurrent change won: nothing was stored, and a retry may succeed. */
    CONFLICT,
    /** The connection was lost. */
    BROKEN,
    /** No connection was available in time. */
    NO_CONNECTION,
    /** A lock was not available in time; nothing was stored. */
    BUSY,
    /** A query took longer than it was given. */
    SLOW,
    /** There was no answer in time. */
    SILENT,
    /** The database answered with an error. */
    REFUSED;

    /** Whether the circuit breaker counts it as a failure: an error that is an answer does not count. */
    boolean isSilence() {
        return this == NO_CONNECTION || this == SILENT || this == BROKEN;
    }

    /**
     * Explains a failed start: a database that is not there yet, or is busy, is {@code store_unavailable}; anything else
     * is an {@link InvalidSettingException}, or what Flyway or JPA have thrown.
     *
     * @param address without a password
     */
    static RuntimeException atStart(Throwable failure, String address) {
        String database = "the database at " + address;
        String why = "";
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof InvalidSettingException sentence) {
                return sentence;
            }
            if (cause instanceof CertificateException) {
                return new InvalidSettingException("auth.db.url: the certificate of " + database
                        + " is not trusted, or is for another name: " + cause.getMessage());
            }
            if (cause instanceof SQLException error && error.getSQLState() != null) {
                String said =
                        String.valueOf(error.getMessage()).lines().findFirst().orElse("");
                if (error.getSQLState().startsWith("28")) {
                    return new InvalidSettingException(
                            "auth.db.user, auth.db.password: " + database + " does not accept them: " + said);
                }
                if (error.getSQLState().equals("42501")) {
                    return new InvalidSettingException(
                            "auth.db.user: this user may not do what the service does in " + database + ": " + said);
                }
                why = said;
            }
        }
        if (of(failure) != REFUSED || why.contains("too many")) {
            return new AuthException(
                    ErrorCode.STORE_UNAVAILABLE, "auth.db.url: " + database + " cannot be reached: " + why, failure);
        }
        if (why.isEmpty() && failure instanceof RuntimeException sentence) {
            return sentence; // Flyway's or JPA's own
        }
        return new InvalidSettingException("auth.db.url: " + database + " cannot be used: " + why);
    }

    /** SQLSTATEs of a PostgreSQL that shuts down or starts, and of a closed H2. */
    private static final Set<String> CLOSED = Set.of("57P01", "57P02", "57P03", "90067", "90098", "90121");

    private static final String CONCURRENT_UPDATE = "90131"; // H2's

    /** SQLSTATEs of a lock timeout: PostgreSQL's lock_not_available, and H2's. */
    private static final Set<String> LOCKED = Set.of("55P03", "HYT00");

    private static final String CANCELLED = "57014"; // of both databases

    static DatabaseFault of(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException error && LOCKED.contains(String.valueOf(error.getSQLState()))) {
                return BUSY;
            }
            if (cause instanceof SQLException error && CANCELLED.equals(error.getSQLState())) {
                return SLOW;
            }
        }
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof OptimisticLockException) {
                return CONFLICT;
            }
            if (cause instanceof SQLTransientConnectionException) {
                return NO_CONNECTION;
            }
            if (cause instanceof SocketTimeoutException || cause instanceof SQLTimeoutException) {
                return SILENT;
            }
        }
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException error && error.getSQLState() != null) {
                return of(error.getSQLState());
            }
        }
        return REFUSED;
    }

    /** Whether the database refuses what it was given, and would refuse it again. */
    static boolean isOfTheData(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException error && error.getSQLState() != null) {
                return error.getSQLState().startsWith("22")
                        || error.getSQLState().startsWith("23");
            }
        }
        return false;
    }

    /**
     * By SQLSTATE class (SQL:2016 part 2, section 24.1): 40 is a rollback, 23 a constraint violated by a concurrent
     * change, 08 a connection failure.
     */
    private static DatabaseFault of(String state) {
        if (state.startsWith("40") || state.startsWith("23") || state.equals(CONCURRENT_UPDATE)) {
            return CONFLICT;
        }
        return state.startsWith("08") || CLOSED.contains(state) ? BROKEN : REFUSED;
    }
}
