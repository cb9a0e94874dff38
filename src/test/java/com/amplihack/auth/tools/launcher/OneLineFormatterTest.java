package com.amplihack.auth.tools.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.time.Instant;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.Test;

class OneLineFormatterTest {
    private static final String END = System.lineSeparator();

    @Test
    void lineSaysWhenHowGraveAndWhat() {
        assertEquals("2026-11-23T10:20:30Z INFO Ready" + END, format(record(Level.INFO, "Ready")));
    }

    @Test
    void parametersAreFilledIn() {
        LogRecord record = record(Level.WARNING, "No key in {0}: {1} bits");
        record.setParameters(new Object[] {"/keys", "4096"});
        assertEquals("2026-11-23T10:20:30Z WARNING No key in /keys: 4096 bits" + END, format(record));
    }

    @Test
    void textAfterALineBreakIsLeftOut() {
        assertEquals(
                "2026-11-23T10:20:30Z INFO first" + END,
                format(record(Level.INFO, "first\r\n2026-11-23T10:20:31Z INFO forged")));
    }

    @Test
    void firstCauseOfAnExceptionIsToldInOneLine() {
        LogRecord record = record(Level.SEVERE, "Cannot start");
        record.setThrown(new IllegalStateException("outer", new IOException("disk full\nand more")));
        assertEquals("2026-11-23T10:20:30Z SEVERE Cannot start (java.io.IOException: disk full)" + END, format(record));
    }

    @Test
    void absentMessageIsNoLineOfNull() {
        assertEquals("2026-11-23T10:20:30Z INFO " + END, format(record(Level.INFO, null)));
        assertEquals("2026-11-23T10:20:30Z INFO " + END, format(record(Level.INFO, "")));
    }

    private static String format(LogRecord record) {
        return new OneLineFormatter().format(record);
    }

    private static LogRecord record(Level level, String message) {
        LogRecord record = new LogRecord(level, message);
        record.setInstant(Instant.parse("2026-11-23T10:20:30.987Z"));
        return record;
    }
}
