package com.amplihack.auth.config.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Lets native libraries be unpacked and loaded where the temporary folder forbids it. */
public final class NativeLibraries {
    /** Where the Amazon Corretto Crypto Provider unpacks its library. */
    public static final String CRYPTO_FOLDER = "com.amazon.corretto.crypto.provider.tmpdir";

    /** Where JNA unpacks itself and the library for Argon2. */
    private static final String JNA_FOLDER = "jna.tmpdir";

    private NativeLibraries() {}

    /**
     * Names a folder under {@code home} to the libraries that have none of their own, if the temporary folder cannot be
     * written or is mounted {@code noexec}; must run before they are loaded.
     *
     * @return one sentence for the operator; empty if the temporary folder serves
     * @throws IOException if the folder cannot be made
     */
    public static Optional<String> prepare(Path home) throws IOException {
        Path temporary = temporary();
        if (canLoadFrom(temporary)) {
            return Optional.empty();
        }
        Path own = home.resolve("native");
        PrivateFiles.makeDirectory(own);
        for (String setting : List.of(JNA_FOLDER, CRYPTO_FOLDER)) {
            if (System.getProperty(setting) == null) {
                System.setProperty(setting, own.toString());
            }
        }
        return Optional.of("Native libraries are loaded from " + own + ", since the temporary folder " + temporary
                + " cannot be written or is mounted noexec");
    }

    /** Whether the temporary folder serves, so that libraries can be loaded before {@link #prepare}. */
    public static boolean canLoadFromTemporaryFolder() {
        return canLoadFrom(temporary());
    }

    private static Path temporary() {
        return Path.of(System.getProperty("java.io.tmpdir"));
    }

    /** Linux says of no file on a {@code noexec} mount that it can be executed. */
    static boolean canLoadFrom(Path folder) {
        try {
            Path probe = Files.createTempFile(folder, "auth-", ".so");
            try {
                return probe.toFile().setExecutable(true) && probe.toFile().canExecute();
            } finally {
                Files.deleteIfExists(probe);
            }
        } catch (IOException unwritable) {
            return false;
        }
    }
}
