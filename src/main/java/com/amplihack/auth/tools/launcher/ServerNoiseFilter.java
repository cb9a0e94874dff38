package com.amplihack.auth.tools.launcher;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.logging.Filter;
import java.util.logging.Level;
import java.util.logging.LogRecord;

/** Passes the application's log records and the server's warnings, except those that appear at every start. */
public final class ServerNoiseFilter implements Filter {
    private static final String OURS = "com.amplihack.auth";
    private static final String FIRST_ACCOUNT = "The first account was created";

    /** Static, as the server creates a filter for each handler and whenever it rereads its configuration. */
    private static final AtomicBoolean FIRST_ACCOUNT_SEEN = new AtomicBoolean();

    private volatile boolean refused;

    /** Whether this start created the first account and printed its password. */
    static boolean sawFirstAccount() {
        return FIRST_ACCOUNT_SEEN.get();
    }

    @Override
    public boolean isLoggable(LogRecord record) {
        String logger = record.getLoggerName() == null ? "" : record.getLoggerName();
        if (logger.startsWith(OURS)) {
            refused |= record.getLevel().equals(Level.SEVERE) && logger.startsWith(OURS + ".ops");
            if (message(record).startsWith(FIRST_ACCOUNT)) {
                FIRST_ACCOUNT_SEEN.set(true);
            }
            return true;
        }
        if (refused && logger.equals("javax.enterprise.system.core")) {
            return false; // the server repeats our message
        }
        return record.getLevel().intValue() >= Level.WARNING.intValue() && !isFalseAlarm(record, logger);
    }

    private static boolean isFalseAlarm(LogRecord record, String logger) {
        // we keep nothing in that directory
        return logger.equals("PayaraMicro") && message(record).startsWith("Payara Micro Runtime directory");
    }

    private static String message(LogRecord record) {
        return record.getMessage() == null ? "" : record.getMessage();
    }
}
