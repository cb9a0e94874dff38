package com.amplihack.auth.monitoring;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** A program of this machine that a test has started, and ends. */
public final class ProgramProcess implements Closeable {
    private static final int PATIENCE_SECONDS = 30;

    private final Process process;
    private final Path output;

    private ProgramProcess(Process process, Path output) {
        this.process = process;
        this.output = output;
    }

    /** Starts it in that directory, and waits until it is ready. */
    public static ProgramProcess start(Path directory, BooleanSupplier ready, String... command) throws Exception {
        Path output = directory.resolve("output.log");
        Process process = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        ProgramProcess started = new ProgramProcess(process, output);
        for (int i = 0; i < PATIENCE_SECONDS * 20 && process.isAlive(); i++) {
            if (ready.getAsBoolean()) {
                return started;
            }
            TimeUnit.MILLISECONDS.sleep(50);
        }
        started.close();
        throw new IllegalStateException(List.of(command) + " did not start:\n" + started.output());
    }

    public String output() {
        try {
            return Files.readString(output);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
