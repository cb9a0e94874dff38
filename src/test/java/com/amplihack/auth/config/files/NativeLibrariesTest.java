package com.amplihack.auth.config.files;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where native libraries are loaded from when the temporary folder forbids it. */
class NativeLibrariesTest {
    private static final List<String> SETTINGS = List.of("jna.tmpdir", NativeLibraries.CRYPTO_FOLDER);

    private final String temporary = System.getProperty("java.io.tmpdir");

    @TempDir
    private Path home;

    @AfterEach
    void restore() {
        System.setProperty("java.io.tmpdir", temporary);
        SETTINGS.forEach(System::clearProperty);
    }

    @Test
    void aTemporaryFolderThatServesIsLeftAlone() throws IOException {
        assertEquals(Optional.empty(), NativeLibraries.prepare(home));
        assertFalse(Files.exists(home.resolve("native")));
    }

    @Test
    void aFolderUnderHomeTakesItsPlace() throws IOException {
        Path noFolder = Files.createFile(home.resolve("file"));
        System.setProperty("java.io.tmpdir", noFolder.toString());
        System.setProperty("jna.tmpdir", "chosen");

        String said = NativeLibraries.prepare(home).orElseThrow();

        assertTrue(said.contains(home.resolve("native").toString()) && said.contains(noFolder.toString()), said);
        assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(home.resolve("native"))));
        assertEquals("chosen", System.getProperty("jna.tmpdir"), "what the operator chose stays");
        assertEquals(home.resolve("native").toString(), System.getProperty(NativeLibraries.CRYPTO_FOLDER));
    }
}
