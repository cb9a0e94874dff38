package com.amplihack.auth.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How many hashes at once, where memory is scarce. */
class PasswordSettingsTest {
    private static final int DEFAULT_KIB = 65_536;

    @ParameterizedTest
    @CsvSource({
        "16, 16384, 16", // a machine: by its cores
        "16, 512, 4", // a small container: four times 64 MiB are half of it
        "16, 384, 3",
        "16, 100, 1",
        "16, 0, 1",
        "2, 512, 2"
    })
    void unlessItIsSetTheConcurrencyFitsIntoTheMemory(int cores, long mebibytes, int concurrency) {
        assertEquals(concurrency, PasswordSettings.concurrency(cores, DEFAULT_KIB, mebibytes << 20));
    }

    @Test
    void whatDoesNotFitIsWarnedOf() {
        PasswordSettings settings =
                new PasswordSettings(DEFAULT_KIB, 3, 4, 16, 64, 15, 128, 5, Optional.empty(), Optional.empty());
        assertEquals(Optional.empty(), settings.memoryWarning(1024L << 20));
        assertEquals(
                Optional.of(
                        "auth.argon2.concurrency (16) times auth.argon2.memory.kib (65536) is 1024 MiB, and Java's heap"
                                + " leaves 384 MiB of this machine's or container's memory: that many logins at once may end the"
                                + " server"),
                settings.memoryWarning(384L << 20));
        assertTrue(PasswordSettings.memoryBesideHeap() > 0);
    }
}
