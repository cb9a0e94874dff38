package com.amplihack.auth.bench;

import com.amplihack.auth.http.Client;
import com.amplihack.auth.http.Client.Answer;
import com.amplihack.auth.http.ServerProcess;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import jakarta.json.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How late an event of a stream comes through the proxy, and what a hundred open streams cost in heap and threads. No
 * test, asserts nothing; {@code src/test/bench/streams.sh} runs it.
 */
public final class StreamBenchmark {
    static final String PASSWORD = "correct horse battery staple";
    private static final int EVENTS = 60;
    private static final int STREAMS = 100;
    private static final int WARM_UPS = 6;
    private static final int PASSES = 5;
    private static final Pattern HEAP = Pattern.compile("used (\\d+)K");

    private StreamBenchmark() {}

    public static void main(String[] arguments) throws Exception {
        HttpServer upstream = upstream();
        ExecutorService clients = Executors.newCachedThreadPool();
        try (ServerProcess server = server(upstream.getAddress().getPort()).ready()) {
            String headers = signIn(server);
            Target direct = new Target(upstream.getAddress().getPort(), "/v1/chat/completions", "", clients);
            Target proxied = new Target(server.port(), "/api/chat/completions", headers, clients);
            for (int i = 0; i < WARM_UPS; i++) {
                direct.delays(10, 20);
                proxied.delays(10, 20);
            }
            System.out.println("| ms from the upstream's write to the client's read | median | 99th percentile |");
            System.out.println("| --- | --- | --- |");
            List<Double> straight = new ArrayList<>();
            List<Double> through = new ArrayList<>();
            for (int i = 0; i < PASSES; i++) {
                straight.addAll(direct.delays(10, 20));
                through.addAll(proxied.delays(10, 20));
            }
            print("directly", straight);
            print("through the proxy", through);

            proxied.delays(STREAMS, 20); // what a hundred streams load and cache once
            long before = usedHeap(server);
            long threadsBefore = threads(server);
            Future<List<Double>> open = clients.submit(() -> proxied.delays(STREAMS, 500));
            TimeUnit.SECONDS.sleep(10);
            long during = usedHeap(server);
            long threadsDuring = threads(server);
            List<Double> delays = open.get();
            System.out.printf(
                    Locale.ROOT,
                    "%n%d open streams of %d events: %.1f MB of heap more (%.1f before), %d threads more (%d before)%n%n",
                    STREAMS,
                    EVENTS,
                    (during - before) / 1e3,
                    before / 1e3,
                    threadsDuring - threadsBefore,
                    threadsBefore);
            print(STREAMS + " streams at once, two events a second each", delays);
        } finally {
            clients.shutdownNow();
            upstream.stop(0);
        }
    }

    /** Sends events that say when they were written, as many and as far apart as the query says. */
    private static HttpServer upstream() throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 200);
        server.setExecutor(Executors.newCachedThreadPool(task -> {
            Thread thread = new Thread(task);
            thread.setDaemon(true);
            return thread;
        }));
        server.createContext("/", StreamBenchmark::stream);
        server.start();
        return server;
    }

    private static void stream(HttpExchange exchange) throws IOException {
        long pause = Long.parseLong(exchange.getRequestURI().getQuery());
        exchange.getRequestBody().readAllBytes();
        exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
        exchange.sendResponseHeaders(200, 0);
        try (OutputStream out = exchange.getResponseBody()) {
            for (int i = 0; i < EVENTS; i++) {
                TimeUnit.MILLISECONDS.sleep(pause);
                out.write(("data: " + System.nanoTime() + "\n\n").getBytes(StandardCharsets.US_ASCII));
                out.flush();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static ServerProcess server(int upstreamPort) {
        return ServerProcess.start(
                ServerProcess.freePort(),
                Map.of(
                        "jakarta.json.provider",
                        "org.eclipse.parsson.JsonProviderImpl",
                        "mp.config.profile",
                        "dev",
                        "auth.home",
                        ServerProcess.freshDirectory("home").toString(),
                        "auth.store",
                        "memory",
                        "auth.api.limit",
                        "0",
                        "auth.proxy.max.exchanges.per.subject",
                        Integer.toString(2 * STREAMS),
                        "auth.bootstrap.password",
                        PASSWORD,
                        "auth.proxy.upstream",
                        "http://127.0.0.1:" + upstreamPort + "/v1/"),
                Map.of());
    }

    /** Signs an administrator in who may call the proxied path; the headers of a request, each with its line's end. */
    static String signIn(ServerProcess server) throws IOException {
        Client client = new Client(server.port(), "127.0.0.1");
        Answer admin = login(client);
        client.request("PUT", "/admin/api/roles/admin")
                .bearer(admin.json().getString("access_token"))
                .cookie("session_id", admin.cookieValue("session_id"))
                .json("{\"permissions\":[\"chat:write\"]}")
                .send();
        Answer session = login(client);
        return "Authorization: Bearer " + session.json().getString("access_token") + "\r\nCookie: session_id="
                + session.cookieValue("session_id") + "\r\n";
    }

    private static Answer login(Client client) {
        return client.post("/auth/login")
                .json(Json.createObjectBuilder()
                        .add("username", "admin")
                        .add("password", PASSWORD)
                        .build()
                        .toString())
                .send();
    }

    private static void print(String name, List<Double> delays) {
        double[] sorted =
                delays.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        System.out.printf(
                Locale.ROOT,
                "| %s, %d events | %.2f | %.2f |%n",
                name,
                sorted.length,
                sorted[sorted.length / 2],
                sorted[sorted.length * 99 / 100]);
    }

    /** Kilobytes that are in use after a full collection. */
    private static long usedHeap(ServerProcess server) throws Exception {
        jcmd(server, "GC.run");
        jcmd(server, "GC.run");
        Matcher used = HEAP.matcher(jcmd(server, "GC.heap_info"));
        if (!used.find()) {
            throw new IllegalStateException("no heap in the answer of jcmd");
        }
        return Long.parseLong(used.group(1));
    }

    private static long threads(ServerProcess server) throws Exception {
        return Arrays.stream(jcmd(server, "Thread.print").split("\n"))
                .filter(line -> line.startsWith("\""))
                .count();
    }

    private static String jcmd(ServerProcess server, String command) throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                        Long.toString(server.pid()),
                        command)
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return output;
    }

    /** Where streams are read from. */
    private record Target(int port, String path, String headers, ExecutorService clients) {
        /** Milliseconds from write to read, of all events of that many streams at once. */
        List<Double> delays(int streams, int pauseMillis) throws Exception {
            List<Callable<List<Double>>> readers = new ArrayList<>();
            for (int i = 0; i < streams; i++) {
                readers.add(() -> read(pauseMillis));
            }
            List<Double> all = new ArrayList<>();
            for (Future<List<Double>> reader : clients.invokeAll(readers)) {
                all.addAll(reader.get());
            }
            return all;
        }

        private List<Double> read(int pauseMillis) throws IOException {
            try (Socket socket = new Socket("127.0.0.1", port)) {
                socket.setTcpNoDelay(true);
                String request = "POST " + path + "?" + pauseMillis + " HTTP/1.1\r\nHost: localhost:" + port
                        + "\r\nUser-Agent: Test/1.0\r\nConnection: close\r\n" + headers
                        + "Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}";
                socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
                BufferedReader lines =
                        new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
                List<Double> delays = new ArrayList<>();
                String status = lines.readLine();
                for (String line = status; line != null; line = lines.readLine()) {
                    if (line.startsWith("data: ")) {
                        delays.add((System.nanoTime() - Long.parseLong(line.substring("data: ".length()))) / 1e6);
                    }
                }
                if (delays.size() != EVENTS) {
                    throw new IOException(delays.size() + " events after " + status);
                }
                return delays;
            }
        }
    }
}
