package com.amplihack.auth.ops;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class StartupExceptionTest {
    private static final Path FILE = Path.of("home", "audit.jsonl");

    @Test
    void theInnermostSentenceIsTold() {
        assertEquals(
                "Amplihack Auth cannot start: jwt.key.size: 17",
                told(new IllegalStateException("WELD", new IllegalArgumentException("jwt.key.size: 17"))));
    }

    /** The message of a file's exception is its name, which tells nobody what is wrong with it. */
    @Test
    void aFileIsNotTheWholeSentence() {
        AccessDeniedException denied = new AccessDeniedException(FILE.toString());

        assertEquals(
                "Amplihack Auth cannot start: The audit file cannot be opened",
                told(new IllegalStateException(
                        "WELD", new UncheckedIOException("The audit file cannot be opened", denied))));
        assertEquals(
                "Amplihack Auth cannot start: java.nio.file.AccessDeniedException: " + FILE,
                told(new UncheckedIOException(denied)));
    }

    @Test
    void whatSaysNothingLeavesItToWhatSurroundsIt() {
        assertEquals(
                "Amplihack Auth cannot start: no keys",
                told(new IllegalStateException("no keys", new NullPointerException())));
    }

    private static String told(RuntimeException failed) {
        return StartupException.of(failed).getMessage();
    }
}
