package com.amplihack.auth.http;

import com.amplihack.auth.Ports;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A Payara Micro of its own process with the WAR in it, started the way {@code payara-micro:start} does. */
public final class ServerProcess implements AutoCloseable {
    private static final int PATIENCE_SECONDS = 300;
    private static final Path DIRECTORY = Path.of(System.getProperty("it.directory"));

    /** Options of the JVM, separated by spaces; benchmarks run without them. */
    private static final List<String> OPTIONS = Arrays.stream(
                    System.getProperty("it.java.options", "").split(" "))
            .filter(option -> !option.isEmpty())
            .toList();

    /**
     * What a development server spends on a password unless a test says otherwise: next to nothing, since tests sign in
     * thousands of times. Those in production ({@code ProductionIT}, {@code SecretSettingsIT}) spend what is usual.
     */
    private static final List<String> CHEAP_HASHES =
            List.of("-Dauth.argon2.memory.kib=8", "-Dauth.argon2.iterations=1", "-Dauth.argon2.parallelism=1");

    private final Process process;
    private final Path output;
    private final int port;

    private ServerProcess(Process process, Path output, int port) {
        this.process = process;
        this.output = output;
        this.port = port;
    }

    /** A directory below {@code target} that nobody has used before. */
    public static Path freshDirectory(String name) {
        try {
            Files.createDirectories(DIRECTORY);
            return Files.createTempDirectory(DIRECTORY, name + "-");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static int freePort() {
        return Ports.free();
    }

    /** Starts it; does not wait. */
    public static ServerProcess start(
            int port, Map<String, String> properties, Map<String, String> environment, String... options) {
        return start(
                List.of(),
                System.getProperty("it.launcher"),
                Path.of(System.getProperty("it.war")),
                port,
                properties,
                environment,
                options);
    }

    /** Starts a bare Payara Micro with another WAR; does not wait, nor is there a line that says that it is ready. */
    public static ServerProcess startOther(Path war, int port) {
        return start(List.of(), System.getProperty("it.payara.micro"), war, port, Map.of(), Map.of());
    }

    /**
     * Starts it with this environment alone, as a POSIX shell reads it: the bytes reach the server as they are, whatever the
     * language of the tests.
     */
    static ServerProcess startIn(String environment, int port, Map<String, String> properties) {
        return start(
                List.of("sh", "-c", "exec env -i " + environment + " \"$@\"", "sh"),
                System.getProperty("it.launcher"),
                Path.of(System.getProperty("it.war")),
                port,
                properties,
                Map.of());
    }

    private static ServerProcess start(
            List<String> prefix,
            String jar,
            Path war,
            int port,
            Map<String, String> properties,
            Map<String, String> environment,
            String... options) {
        try {
            Path directory = freshDirectory("server");
            Path output = directory.resolve("output.log");
            List<String> command = new ArrayList<>(prefix);
            command.addAll(List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx512m"));
            command.addAll(OPTIONS);
            if ("dev".equals(properties.get("mp.config.profile"))) {
                command.addAll(CHEAP_HASHES);
            }
            properties.forEach((name, value) -> command.add("-D" + name + "=" + value));
            command.addAll(List.of(
                    "-jar",
                    jar,
                    "--deploy",
                    war.toString(),
                    "--contextroot",
                    "/",
                    "--nohazelcast",
                    "--port",
                    Integer.toString(port),
                    "--rootdir",
                    directory.resolve("payara").toString(),
                    "--logproperties",
                    System.getProperty("it.logging"),
                    "--prebootcommandfile",
                    Path.of(System.getProperty("it.logging"))
                            .resolveSibling("preboot.asadmin")
                            .toString()));
            command.addAll(List.of(options));
            ProcessBuilder builder = new ProcessBuilder(command)
                    .directory(directory.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile());
            builder.environment().putAll(environment);
            return new ServerProcess(builder.start(), output, port);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits until it answers. */
    public ServerProcess ready() {
        return saying("Amplihack Auth is ready");
    }

    /** Waits until its output has those words. */
    ServerProcess saying(String words) {
        for (int i = 0; i < PATIENCE_SECONDS * 10; i++) {
            if (output().contains(words)) {
                return this;
            }
            if (!process.isAlive()) {
                break;
            }
            pause();
        }
        close();
        throw new IllegalStateException("the server did not start:\n" + output());
    }

    /** Waits until it has ended by itself; its exit code. */
    public int exitCode() {
        try {
            if (process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                return process.exitValue();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        close();
        throw new IllegalStateException("the server did not end:\n" + output());
    }

    public String output() {
        try {
            return Files.readString(output, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public int port() {
        return port;
    }

    public long pid() {
        return process.pid();
    }

    /** How many threads it has now beside those of the HTTP pool, which has a bound of its own; only Linux tells, elsewhere 0. */
    int threads() {
        Path tasks = Path.of("/proc", Long.toString(pid()), "task");
        String[] ids = tasks.toFile().list();
        return ids == null
                ? 0
                : (int) Arrays.stream(ids)
                        .filter(id -> !name(tasks.resolve(id)).startsWith("http-thread"))
                        .count();
    }

    private static String name(Path task) {
        try {
            return Files.readString(task.resolve("comm"));
        } catch (IOException ended) {
            return "";
        }
    }

    /** The password in the line {@code First account: admin, password: …}. */
    public String firstPassword() {
        return output().lines()
                .filter(line -> line.startsWith("First account: admin, password: "))
                .map(line -> line.substring("First account: admin, password: ".length()))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("no first account was printed:\n" + output()));
    }

    /** Asks it to end, as {@code SIGTERM} does; does not wait. */
    void terminate() {
        process.destroy();
    }

    /** Ends it as a power cut would; returns when it has ended. */
    public void kill() {
        process.destroyForcibly();
        try {
            process.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(20, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void pause() {
        try {
            Thread.sleep(100);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
