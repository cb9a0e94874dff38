package com.amplihack.auth.tools.launcher;

import java.util.logging.Filter;
import java.util.logging.Level;
import java.util.logging.LogRecord;

/** Lets through what this service says, and of the server what goes wrong, without its false alarms at every start. */
public final class QuietFilter implements Filter {
    private static final String OURS = "com.amplihack.auth";
    private static final String FIRST_ACCOUNT = "The first account was made";

    /** Of the whole process: the server makes a filter for each of its handlers, and anew when it reads its configuration. */
    private static volatile boolean firstAccount;

    private volatile boolean refused;

    /** Whether this start has made the first account, and so printed its password. */
    static boolean sawTheFirstAccount() {
        return firstAccount;
    }

    @Override
    public boolean isLoggable(LogRecord record) {
        String logger = record.getLoggerName() == null ? "" : record.getLoggerName();
        if (logger.startsWith(OURS)) {
            refused |= record.getLevel().equals(Level.SEVERE) && logger.startsWith(OURS + ".ops");
            firstAccount |= message(record).startsWith(FIRST_ACCOUNT);
            return true;
        }
        if (refused && logger.equals("javax.enterprise.system.core")) {
            return false; // the server's echo of the sentence that we have just given
        }
        return record.getLevel().intValue() >= Level.WARNING.intValue() && !isFalseAlarm(record, logger);
    }

    private static boolean isFalseAlarm(LogRecord record, String logger) {
        // the directory holds nothing of ours
        return logger.equals("PayaraMicro") && message(record).startsWith("Payara Micro Runtime directory");
    }

    private static String message(LogRecord record) {
        return record.getMessage() == null ? "" : record.getMessage();
    }
}
