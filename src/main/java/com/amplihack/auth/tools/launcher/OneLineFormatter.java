package com.amplihack.auth.tools.launcher;

import java.time.temporal.ChronoUnit;
import java.util.logging.Formatter;
import java.util.logging.LogRecord;

/** Formats a log record as one line: time, level, message and root cause. */
public final class OneLineFormatter extends Formatter {
    @Override
    public String format(LogRecord record) {
        StringBuilder line = new StringBuilder(160)
                .append(record.getInstant().truncatedTo(ChronoUnit.SECONDS))
                .append(' ')
                .append(record.getLevel())
                .append(' ')
                .append(firstLine(formatMessage(record)));
        Throwable cause = record.getThrown();
        while (cause != null && cause.getCause() != null) {
            cause = cause.getCause();
        }
        if (cause != null) {
            line.append(" (").append(firstLine(String.valueOf(cause))).append(')');
        }
        return line.append(System.lineSeparator()).toString();
    }

    private static String firstLine(String text) {
        return text == null ? "" : text.lines().findFirst().orElse("");
    }
}
