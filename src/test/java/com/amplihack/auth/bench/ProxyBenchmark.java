package com.amplihack.auth.bench;

import com.amplihack.auth.http.ServerProcess;
import com.amplihack.auth.store.TestRedis;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a proxied chat completion costs: requests per second and CPU of the server under load from {@code wrk}, and what
 * the proxy adds to the time of an answer at a fixed rate. No test, asserts nothing; {@code src/test/bench/proxy.sh}
 * runs it. The argument {@code --quick} makes it short.
 */
public final class ProxyBenchmark {
    private static final String SMALL = "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}]}";
    private static final String LARGE = SMALL.replace("Hello", "word ".repeat(100_000)); // 100,000 tokens
    private static final int CONNECTIONS = 16;
    private static final int RATE = 200;
    private static final Pattern WRK_RATE = Pattern.compile("(\\d+) requests in ([\\d.]+)(s|m)");
    private static final Pattern NON_2XX = Pattern.compile("Non-2xx or 3xx responses: (\\d+)");

    private ProxyBenchmark() {}

    public static void main(String[] arguments) throws Exception {
        boolean quick = arguments.length > 0;
        int passes = quick ? 2 : 5;
        int seconds = quick ? 3 : 8;
        try (FastUpstream upstream = new FastUpstream();
                TestRedis redis = TestRedis.start();
                ServerProcess server = server(upstream.port(), redis).ready()) {
            String headers = StreamBenchmark.signIn(server);
            Target direct = new Target(null, upstream.port(), "/v1/chat/completions", "");
            Target verify = new Target(server, server.port(), "/auth/verify", headers);
            Target proxied = new Target(server, server.port(), "/api/chat/completions", headers);
            Target withKey = withKey(server, headers, "");
            Target withBudget =
                    withKey(server, headers, ",\"budget\":{\"tokens\":9007199254740991,\"window\":\"day\"}");
            System.out.println("server " + server.pid());
            for (int i = 0; i < (quick ? 2 : 4); i++) { // the first minute is not what is measured
                verify.load(SMALL, 5);
                Rate rate = proxied.load(SMALL, quick ? 10 : 15);
                withBudget.load(SMALL, 5);
                System.out.printf(Locale.ROOT, "warming up: %.0f/s at %.3f ms of CPU%n", rate.perSecond(), rate.cpu());
            }
            if (List.of(arguments).contains("--load-only")) {
                for (int i = 0; i < 8; i++) {
                    System.out.println("pass " + i + " " + verify.load(SMALL, 2) + proxied.load(SMALL, 5));
                }
                System.exit(0);
            }
            Rate[][] rates = new Rate[6][passes];
            for (int i = 0; i < passes; i++) {
                rates[0][i] = direct.load(SMALL, quick ? 1 : 3);
                rates[1][i] = verify.load(SMALL, seconds);
                rates[2][i] = proxied.load(SMALL, seconds);
                rates[3][i] = withKey.load(SMALL, seconds);
                rates[4][i] = withBudget.load(SMALL, seconds);
                rates[5][i] = proxied.load(LARGE, quick ? 2 : 5);
            }
            System.out.printf("%n%d connections, medians of %d passes%n%n", CONNECTIONS, passes);
            System.out.println("| | requests/s | server CPU ms per request | requests/s of each pass |");
            System.out.println("| --- | --- | --- | --- |");
            print("the upstream itself", rates[0]);
            print("`/auth/verify`", rates[1]);
            print("proxied call", rates[2]);
            print("with an API key", rates[3]);
            print("with an API key that has a budget", rates[4]);
            print("with a prompt of 100,000 tokens (" + LARGE.length() / 1_000 + " KB)", rates[5]);
            System.out.printf("%nms of an answer at %d requests/s%n%n", RATE);
            System.out.println("| | median | 99th percentile |");
            System.out.println("| --- | --- | --- |");
            for (int i = 0; i < 2; i++) {
                direct.atFixedRate(SMALL, 2);
                proxied.atFixedRate(SMALL, quick ? 4 : 10);
                withBudget.atFixedRate(SMALL, quick ? 4 : 10);
            }
            double[][] times = new double[3][0];
            for (int i = 0; i < (quick ? 1 : 3); i++) {
                times[0] = append(times[0], direct.atFixedRate(SMALL, 10));
                times[1] = append(times[1], proxied.atFixedRate(SMALL, 10));
                times[2] = append(times[2], withBudget.atFixedRate(SMALL, 10));
            }
            print("directly", times[0]);
            print("through the proxy", times[1]);
            print("through the proxy, with an API key that has a budget", times[2]);
        }
        System.exit(0);
    }

    private static Target withKey(ServerProcess server, String headers, String budget) throws Exception {
        HttpRequest.Builder make = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + server.port() + "/auth/api-keys"))
                .header("Content-Type", "application/json")
                .header("User-Agent", "Test/1.0")
                .POST(BodyPublishers.ofString("{\"name\":\"benchmark\"" + budget + "}"));
        headers.lines().map(line -> line.split(": ", 2)).forEach(header -> make.header(header[0], header[1]));
        String answer = HttpClient.newHttpClient()
                .send(make.build(), BodyHandlers.ofString())
                .body();
        Matcher key = Pattern.compile("amp_[0-9A-Za-z]{65}").matcher(answer);
        if (!key.find()) {
            throw new IllegalStateException(answer);
        }
        return new Target(
                server, server.port(), "/api/chat/completions", "Authorization: Bearer " + key.group() + "\r\n");
    }

    static ServerProcess server(int upstreamPort, TestRedis redis) {
        return ServerProcess.start(
                ServerProcess.freePort(),
                Map.ofEntries(
                        Map.entry("jakarta.json.provider", "org.eclipse.parsson.JsonProviderImpl"),
                        Map.entry("mp.config.profile", "dev"),
                        Map.entry(
                                "auth.home",
                                ServerProcess.freshDirectory("home").toString()),
                        Map.entry("auth.store", "redis"),
                        Map.entry("redis.host", "127.0.0.1"),
                        Map.entry("redis.port", Integer.toString(redis.port())),
                        Map.entry("redis.username", TestRedis.USER),
                        Map.entry("redis.password", redis.password()),
                        Map.entry("auth.api.limit", "1000000"),
                        Map.entry("auth.apikey.limit", "1000000"),
                        Map.entry("auth.proxy.max.exchanges.per.subject", "1000"),
                        Map.entry("auth.bootstrap.password", StreamBenchmark.PASSWORD),
                        Map.entry("auth.proxy.upstream", "http://127.0.0.1:" + upstreamPort + "/v1/")),
                Map.of());
    }

    private static void print(String name, Rate[] rates) {
        double[] perSecond =
                Arrays.stream(rates).mapToDouble(Rate::perSecond).sorted().toArray();
        double[] cpu = Arrays.stream(rates).mapToDouble(Rate::cpu).sorted().toArray();
        String each = String.join(
                ", ",
                Arrays.stream(rates)
                        .map(rate -> Long.toString(Math.round(rate.perSecond())))
                        .toList());
        System.out.printf(
                Locale.ROOT,
                "| %s | %.0f | %s | %s |%n",
                name,
                perSecond[perSecond.length / 2],
                cpu[0] > 0 ? String.format(Locale.ROOT, "%.3f", cpu[cpu.length / 2]) : "",
                each);
    }

    private static void print(String name, double[] times) {
        double[] sorted = Arrays.stream(times).sorted().toArray();
        System.out.printf(
                Locale.ROOT,
                "| %s, %d answers | %.2f | %.2f |%n",
                name,
                sorted.length,
                sorted[sorted.length / 2],
                sorted[sorted.length * 99 / 100]);
    }

    private static double[] append(double[] to, double[] more) {
        double[] both = Arrays.copyOf(to, to.length + more.length);
        System.arraycopy(more, 0, both, to.length, more.length);
        return both;
    }

    private record Rate(double perSecond, double cpu) {}

    /** @param server whose CPU is counted, or null */
    private record Target(ServerProcess server, int port, String path, String headers) {
        Rate load(String body, int seconds) throws Exception {
            Path script = Files.createTempFile("proxy", ".lua");
            StringBuilder lua = new StringBuilder(
                    "wrk.method = \"POST\"\nwrk.body = [[" + body + "]]\n"
                            + "wrk.headers[\"Content-Type\"] = \"application/json\"\nwrk.headers[\"User-Agent\"] = \"Test/1.0\"\n");
            headers.lines().forEach(line -> {
                int colon = line.indexOf(": ");
                lua.append(
                        "wrk.headers[\"" + line.substring(0, colon) + "\"] = \"" + line.substring(colon + 2) + "\"\n");
            });
            Files.writeString(script, lua);
            Duration before = cpu();
            Process wrk = new ProcessBuilder(
                            "wrk",
                            "-t1",
                            "-c" + CONNECTIONS,
                            "-d" + seconds,
                            "-s",
                            script.toString(),
                            "http://127.0.0.1:" + port + path)
                    .redirectErrorStream(true)
                    .start();
            String output = new String(wrk.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            double cpu = cpu().minus(before).toNanos() / 1e6;
            Files.delete(script);
            Matcher found = WRK_RATE.matcher(output);
            if (!found.find() || NON_2XX.matcher(output).find()) {
                throw new IllegalStateException(output);
            }
            double requests = Double.parseDouble(found.group(1));
            double time = Double.parseDouble(found.group(2)) * ("m".equals(found.group(3)) ? 60 : 1);
            return new Rate(requests / time, cpu / requests);
        }

        private Duration cpu() {
            return server == null
                    ? Duration.ZERO
                    : ProcessHandle.of(server.pid())
                            .flatMap(process -> process.info().totalCpuDuration())
                            .orElseThrow();
        }

        /** Milliseconds from when a request was due to the end of its answer. */
        double[] atFixedRate(String body, int seconds) throws Exception {
            byte[] request = ("POST " + path + " HTTP/1.1\r\nHost: localhost:" + port + "\r\nUser-Agent: Test/1.0\r\n"
                            + headers + "Content-Type: application/json\r\nContent-Length: " + body.length()
                            + "\r\n\r\n"
                            + body)
                    .getBytes(StandardCharsets.US_ASCII);
            ExecutorService threads = Executors.newFixedThreadPool(CONNECTIONS);
            long interval = 1_000_000_000L * CONNECTIONS / RATE;
            long start = System.nanoTime() + 50_000_000;
            List<Callable<double[]>> connections = new ArrayList<>();
            for (int i = 0; i < CONNECTIONS; i++) {
                long first = start + i * interval / CONNECTIONS;
                connections.add(() -> connection(request, first, interval, seconds * RATE / CONNECTIONS));
            }
            double[] all = new double[0];
            for (Future<double[]> each : threads.invokeAll(connections)) {
                all = append(all, each.get());
            }
            threads.shutdown();
            return all;
        }

        private double[] connection(byte[] request, long first, long interval, int count) throws IOException {
            double[] times = new double[count];
            try (Socket socket = new Socket("127.0.0.1", port)) {
                socket.setTcpNoDelay(true);
                OutputStream out = socket.getOutputStream();
                InputStream in = socket.getInputStream();
                for (int i = 0; i < count; i++) {
                    long due = first + i * interval;
                    for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
                        LockSupport.parkNanos(left);
                    }
                    out.write(request);
                    readAnswer(in);
                    times[i] = (System.nanoTime() - due) / 1e6;
                }
            }
            return times;
        }

        private static void readAnswer(InputStream in) throws IOException {
            byte[] buffer = new byte[16_384];
            int length = 0;
            while (true) {
                int more = in.read(buffer, length, buffer.length - length);
                if (more < 0) {
                    throw new IOException("ended within an answer");
                }
                length += more;
                String text = new String(buffer, 0, length, StandardCharsets.ISO_8859_1);
                int body = text.indexOf("\r\n\r\n") + 4;
                int header = text.toLowerCase(Locale.ROOT).indexOf("\r\ncontent-length: ");
                if (body < 4) {
                    continue;
                }
                if (!text.startsWith("HTTP/1.1 200 ")) {
                    throw new IOException(text);
                }
                if (header >= 0 && header < body) {
                    int total = Integer.parseInt(text.substring(header + 18, text.indexOf('\r', header + 18)));
                    if (length - body == total) {
                        return;
                    }
                } else if (text.endsWith("\r\n0\r\n\r\n")) {
                    return;
                }
            }
        }
    }
}
