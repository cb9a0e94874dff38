package com.amplihack.auth.tools.launcher;

import java.util.logging.Filter;
import java.util.logging.Level;
import java.util.logging.LogRecord;

/** Lets through what this service says, and of the server what goes wrong, without its false alarms at every start. */
public final class QuietFilter implements Filter {
    private static final String OURS = "com.amplihack.auth";

    private volatile boolean refused;

    @Override
    public boolean isLoggable(LogRecord record) {
        String logger = record.getLoggerName() == null ? "" : record.getLoggerName();
        if (logger.startsWith(OURS)) {
            refused |= record.getLevel().equals(Level.SEVERE) && logger.startsWith(OURS + ".ops");
            return true;
        }
        if (refused && logger.equals("javax.enterprise.system.core")) {
            return false; // the server's echo of the sentence that we have just given
        }
        return record.getLevel().intValue() >= Level.WARNING.intValue() && !isFalseAlarm(record, logger);
    }

    private static boolean isFalseAlarm(LogRecord record, String logger) {
        String message = record.getMessage() == null ? "" : record.getMessage();
        // the directory holds nothing of ours
        return logger.equals("PayaraMicro") && message.startsWith("Payara Micro Runtime directory");
    }
}
