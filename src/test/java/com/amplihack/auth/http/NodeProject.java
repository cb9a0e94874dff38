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
import org.junit.jupiter.api.Assumptions;

/** A folder with one script of {@code src/test/javascript} and the package from npm that it needs. */
final class NodeProject {
    private final Path directory;
    private final String script;

    private NodeProject(Path directory, String script) {
        this.directory = directory;
        this.script = script;
    }

    /** Skips the test, with a word, where npm is not installed. */
    static NodeProject of(String script, String dependency) throws IOException, InterruptedException {
        Assumptions.assumeTrue(
                execute(Path.of("."), Map.of(), List.of("npm", "--version")).status() == 0,
                "npm is not installed here");
        Path directory = ServerProcess.freshDirectory("node");
        Files.copy(Path.of("src/test/javascript", script), directory.resolve(script));
        Files.writeString(directory.resolve("package.json"), "{\"private\":true,\"type\":\"module\"}");
        Result install = execute(directory, Map.of(), List.of("npm", "install", "--no-audit", "--no-fund", dependency));
        assertEquals(0, install.status(), install.output());
        return new NodeProject(directory, script);
    }

    Result run(Map<String, String> environment, String... arguments) throws InterruptedException {
        List<String> command = new ArrayList<>(List.of("node", script));
        command.addAll(List.of(arguments));
        return execute(directory, environment, command);
    }

    record Result(int status, String output) {}

    private static Result execute(Path directory, Map<String, String> environment, List<String> command)
            throws InterruptedException {
        try {
            ProcessBuilder builder =
                    new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true);
            builder.environment().putAll(environment);
            Process process = builder.start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return process.waitFor(120, TimeUnit.SECONDS)
                    ? new Result(process.exitValue(), output)
                    : new Result(-1, output);
        } catch (IOException notInstalled) {
            return new Result(-1, notInstalled.getMessage());
        }
    }
}
