package com.amplihack.auth.http;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/** Finds programs of this machine that tests need and Maven does not bring. */
public final class Program {
    private Program() {}

    /** Where it is; empty where it is not installed. */
    public static Optional<Path> find(String name) {
        return Arrays.stream((System.getenv("PATH") + File.pathSeparator + "/usr/sbin").split(File.pathSeparator))
                .map(directory -> Path.of(directory, name))
                .filter(Files::isExecutable)
                .findFirst();
    }
}
