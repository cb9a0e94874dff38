package com.amplihack.auth.problem;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;

class RateLimitedLoggerTest {
    private final List<String> lines = new ArrayList<>();
    private final RateLimitedLogger log = new RateLimitedLogger(logger(), 2);

    @Test
    void whatIsRepeatedIsCountedAndToldOnceAfterAMinute() {
        for (int i = 0; i < 100; i++) {
            log.log(Level.WARNING, "READONLY", "message " + i);
        }
        assertEquals(List.of("message 0", "message 1"), lines);

        minutePasses();

        assertEquals(
                List.of("message 0", "message 1", "98 more within a minute, the first of which was: message 0"), lines);
        log.log(Level.WARNING, "READONLY", "the next minute");
        assertEquals("the next minute", lines.get(3));
    }

    @Test
    void nothingIsToldOfWhatWasLoggedAsItCame() {
        log.log(Level.WARNING, "READONLY", "one");
        log.log(Level.WARNING, "READONLY", "two");

        minutePasses();

        assertEquals(List.of("one", "two"), lines);
    }

    @Test
    void anotherKindIsLoggedMeanwhile() {
        for (int i = 0; i < 3; i++) {
            log.log(Level.WARNING, "READONLY", "of one kind");
        }

        log.log(Level.WARNING, "OOM", "of another");

        assertEquals(List.of("of one kind", "of one kind", "of another"), lines);
    }

    @Test
    void howeverManyKindsThereAreTheLinesAreBounded() {
        for (int i = 0; i < 10_000; i++) {
            log.log(Level.WARNING, "kind " + i, "message");
        }

        assertEquals(100 + 2, lines.size());
    }

    private static void minutePasses() {
        RateLimitedLogger.endMinute();
    }

    private Logger logger() {
        Logger logger = Logger.getAnonymousLogger();
        logger.setUseParentHandlers(false);
        logger.addHandler(new Handler() {
            @Override
            public void publish(LogRecord line) {
                lines.add(line.getMessage());
            }

            @Override
            public void flush() {
                // nothing is held back
            }

            @Override
            public void close() {
                // nothing is open
            }
        });
        return logger;
    }
}
