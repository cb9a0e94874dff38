package com.amplihack.auth.users.database;

import jakarta.persistence.OptimisticLockException;
import java.net.SocketTimeoutException;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.sql.SQLTransientConnectionException;
import java.util.Set;

/** What the failure of a question to the database says about the database. */
enum DatabaseFault {
    /** Somebody else changed the same at the same moment: nothing was stored, and it is done again on what is there now. */
    CONFLICT,
    /** The connection was lost. */
    BROKEN,
    /** There was no connection in time, new or out of the pool. */
    NO_CONNECTION,
    /** Somebody else held what it needed for too long; nothing was stored. */
    BUSY,
    /** There was no answer in time. */
    SILENT,
    /** It was answered with an error. */
    REFUSED;

    /** Whether it counts against the database: an answer, even a bad one, costs no time. */
    boolean isSilence() {
        return this == NO_CONNECTION || this == SILENT || this == BROKEN;
    }

    /** SQLSTATEs of PostgreSQL that shuts down or starts, and of H2 that was closed. */
    private static final Set<String> CLOSED = Set.of("57P01", "57P02", "57P03", "90067", "90098", "90121");

    private static final String CONCURRENT_UPDATE = "90131"; // H2's

    /** SQLSTATEs of a lock that was waited for in vain: PostgreSQL's lock_not_available, and H2's. */
    private static final Set<String> LOCKED = Set.of("55P03", "HYT00");

    static DatabaseFault of(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException error && LOCKED.contains(String.valueOf(error.getSQLState()))) {
                return BUSY;
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

    /**
     * By its class (SQL:2016 part 2, section 24.1): 40 is a transaction rolled back, 23 a constraint that what somebody
     * else has stored meanwhile breaks, 08 a connection that failed.
     */
    private static DatabaseFault of(String state) {
        if (state.startsWith("40") || state.startsWith("23") || state.equals(CONCURRENT_UPDATE)) {
            return CONFLICT;
        }
        return state.startsWith("08") || CLOSED.contains(state) ? BROKEN : REFUSED;
    }
}
