package com.amplihack.auth.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Has {@code wrk} send requests on 16 connections, each waiting for its answer; a failed request ends the benchmark. */
final class Wrk {
    static final int CONNECTIONS = 16;

    private final String url;
    private final List<String> headers;
    private final Map<String, String> environment;

    private Wrk(String url, List<String> headers, Map<String, String> environment) {
        this.url = url;
        this.headers = headers;
        this.environment = environment;
    }

    /** What a pass gave; the times are microseconds. */
    record Pass(long requests, double seconds, long median, long percentile99) {}

    static Wrk get(int port, String path, String... headers) {
        return new Wrk("http://127.0.0.1:" + port + path, List.of(headers), Map.of());
    }

    static Wrk post(int port, String path, String body, String... headers) {
        return new Wrk("http://127.0.0.1:" + port + path, List.of(headers), Map.of("WRK_BODY", body));
    }

    /** Each connection sends its own body over and over. */
    static Wrk post(int port, String path, String type, List<String> bodies) {
        return post(port, path, type, bodies, Map.of());
    }

    /** Each connection begins with its own refresh token and handle, separated by a space. */
    static Wrk chain(int port, String path, List<String> first) {
        return post(port, path, "application/json", first, Map.of("WRK_CHAIN", "1"));
    }

    private static Wrk post(int port, String path, String type, List<String> lines, Map<String, String> more) {
        try {
            Path file = Files.createTempFile("compare", ".bodies");
            file.toFile().deleteOnExit();
            Files.write(file, lines, StandardCharsets.UTF_8);
            Map<String, String> environment = new HashMap<>(more);
            environment.put("WRK_PATH", path);
            environment.put("WRK_TYPE", type);
            environment.put("WRK_BODIES", file.toString());
            return new Wrk("http://127.0.0.1:" + port + path, List.of(), environment);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** As {@link #run}, but what fails is left out: a machine that is being warmed may refuse as overloaded. */
    void warmUp(Duration time) throws IOException, InterruptedException {
        load(time);
    }

    Pass run(Duration time) throws IOException, InterruptedException {
        String output = load(time);
        String[] result = output.lines()
                .filter(line -> line.startsWith("RESULT "))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException(url + ": " + output))
                .split(" ");
        if (Long.parseLong(result[5]) > 0 || Long.parseLong(result[1]) == 0) {
            throw new IllegalStateException(url + ": " + output);
        }
        return new Pass(
                Long.parseLong(result[1]),
                Long.parseLong(result[2]) / 1e6,
                Long.parseLong(result[3]),
                Long.parseLong(result[4]));
    }

    private String load(Duration time) throws IOException, InterruptedException {
        // a body for each connection: a thread for each; otherwise one thread is the cheapest
        int threads = environment.containsKey("WRK_BODIES") ? CONNECTIONS : 1;
        List<String> command = new ArrayList<>(List.of(
                "wrk",
                "-t" + threads,
                "-c" + CONNECTIONS,
                "-d" + time.toSeconds() + "s",
                "--timeout",
                "30s",
                "-s",
                "src/test/bench/compare/load.lua"));
        command.add("-HUser-Agent: Test/1.0");
        headers.forEach(header -> command.add("-H" + header));
        command.add(url);
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().putAll(environment);
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return output;
    }
}
