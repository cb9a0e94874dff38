package com.amplihack.auth.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/** A folder with scripts and the packages from npm that they need. */
final class NodeProject {
    private static NodeProject clients;

    private final Path directory;

    private NodeProject(Path directory) {
        this.directory = directory;
    }

    /** A script of {@code src/test/javascript} with a package; skips the test, with a word, where npm is not installed. */
    static NodeProject of(String script, String dependency) throws IOException, InterruptedException {
        assumeNpm();
        Path directory = ServerProcess.freshDirectory("node");
        Files.copy(Path.of("src/test/javascript", script), directory.resolve(script));
        Files.writeString(directory.resolve("package.json"), "{\"private\":true,\"type\":\"module\"}");
        install(directory, "install", dependency);
        return new NodeProject(directory);
    }

    /** The scripts of {@code src/test/clients}, with exactly the packages of its lock file; skips likewise. */
    static synchronized NodeProject clients() throws IOException, InterruptedException {
        assumeNpm();
        if (clients == null) {
            Path directory = ServerProcess.freshDirectory("clients");
            try (Stream<Path> files = Files.list(Path.of("src/test/clients"))) {
                for (Path file : files.filter(Files::isRegularFile).toList()) {
                    Files.copy(file, directory.resolve(file.getFileName()));
                }
            }
            install(directory, "ci", "--ignore-scripts");
            clients = new NodeProject(directory);
        }
        return clients;
    }

    private static void assumeNpm() throws InterruptedException {
        Assumptions.assumeTrue(
                execute(Path.of("."), Map.of(), List.of("npm", "--version")).status() == 0,
                "npm is not installed here");
    }

    private static void install(Path directory, String how, String what) throws InterruptedException {
        Result install = execute(directory, Map.of(), List.of("npm", how, "--no-audit", "--no-fund", what));
        assertEquals(0, install.status(), install.output());
    }

    Path directory() {
        return directory;
    }

    Result run(String script, Map<String, String> environment, String... arguments) throws InterruptedException {
        return execute(directory, environment, command(script, arguments));
    }

    /** Starts a script; does not wait. Its output is to be read. */
    Process start(String script, Map<String, String> environment, String... arguments) throws IOException {
        return builder(directory, environment, command(script, arguments)).start();
    }

    private static List<String> command(String script, String... arguments) {
        List<String> command = new ArrayList<>(List.of("node", script));
        command.addAll(List.of(arguments));
        return command;
    }

    record Result(int status, String output) {}

    private static ProcessBuilder builder(Path directory, Map<String, String> environment, List<String> command) {
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true);
        builder.environment().putAll(environment);
        return builder;
    }

    private static Result execute(Path directory, Map<String, String> environment, List<String> command)
            throws InterruptedException {
        try {
            Process process = builder(directory, environment, command).start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return process.waitFor(120, TimeUnit.SECONDS)
                    ? new Result(process.exitValue(), output)
                    : new Result(-1, output);
        } catch (IOException notInstalled) {
            return new Result(-1, notInstalled.getMessage());
        }
    }
}
