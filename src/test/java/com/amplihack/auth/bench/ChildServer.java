package com.amplihack.auth.bench;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A server in a process of its own. */
final class ChildServer implements AutoCloseable {
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final int PATIENCE_SECONDS = 300;

    private final Process process;
    private final double startSeconds;

    private ChildServer(Process process, double startSeconds) {
        this.process = process;
        this.startSeconds = startSeconds;
    }

    /** Starts it and waits for the first 200 of that address; its output goes to the file. */
    static ChildServer start(List<String> command, Map<String, String> environment, Path output, String url)
            throws IOException, InterruptedException {
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(new File(output.toString()));
        builder.environment().putAll(environment);
        long start = System.nanoTime();
        Process process = builder.start();
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroy));
        try {
            return new ChildServer(process, secondsTo(url, start, process.toHandle()));
        } catch (IllegalStateException failed) {
            process.destroy();
            throw new IllegalStateException("see " + output, failed);
        }
    }

    /** The seconds from then until the address answers 200. */
    static double secondsTo(String url, long start, ProcessHandle process) throws InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(url)).build();
        while (process.isAlive() && System.nanoTime() - start < PATIENCE_SECONDS * 1_000_000_000L) {
            try {
                if (HTTP.send(request, BodyHandlers.discarding()).statusCode() == 200) {
                    return (System.nanoTime() - start) / 1e9;
                }
            } catch (IOException notYet) {
                // it does not listen yet
            }
            Thread.sleep(20);
        }
        throw new IllegalStateException(url + " does not answer");
    }

    double startSeconds() {
        return startSeconds;
    }

    /** The Java process, which a script may have started. */
    ProcessHandle java() {
        return Stream.concat(Stream.of(process.toHandle()), process.descendants())
                .filter(handle -> handle.info()
                        .command()
                        .filter(name -> name.endsWith("java"))
                        .isPresent())
                .findFirst()
                .orElseThrow();
    }

    @Override
    public void close() throws InterruptedException {
        process.destroy();
        if (!process.waitFor(20, TimeUnit.SECONDS)) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }
}
