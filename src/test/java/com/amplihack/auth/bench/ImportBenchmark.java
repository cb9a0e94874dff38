package com.amplihack.auth.bench;

import com.amplihack.auth.database.StartedPostgres;
import com.amplihack.auth.http.Client;
import com.amplihack.auth.http.ServerProcess;
import com.amplihack.auth.http.Session;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Enumeration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * How long an import of many accounts takes, and what the server's memory does meanwhile. No test, asserts nothing; {@code
 * src/test/bench/import.sh} runs it.
 */
public final class ImportBenchmark {
    private static final String HASH = "$2b$10$abcdefghijklmnopqrstuuGGgFFcYeueaAql8Z7U7CnCTRw4DR77W";

    private ImportBenchmark() {}

    public static void main(String[] arguments) throws Exception {
        int accounts = Integer.parseInt(arguments[0]);
        try (EmbeddedPostgres postgres = StartedPostgres.start();
                ServerProcess server = ServerProcess.start(
                                ServerProcess.freePort(),
                                Map.of(
                                        "mp.config.profile", "dev",
                                        "auth.home",
                                                ServerProcess.freshDirectory("home")
                                                        .toString(),
                                        "auth.store", "memory",
                                        "jwt.key.size", "2048",
                                        "auth.db.class", "org.postgresql.ds.PGSimpleDataSource",
                                        "auth.db.url",
                                                "jdbc:postgresql://localhost:" + postgres.getPort() + "/postgres",
                                        "auth.db.user", "postgres",
                                        "auth.db.password", "postgres"),
                                Map.of())
                        .ready()) {
            Session admin = Session.of(new Client(server.port(), "127.0.0.1"), "admin", server.firstPassword());
            System.out.println("| | seconds | MiB resident at the start, at most and at the end | last line |");
            System.out.println("| --- | --- | --- | --- |");
            run("import", server, admin, accounts);
            run("the same again", server, admin, accounts);
        }
    }

    private static void run(String what, ServerProcess server, Session admin, int accounts) throws Exception {
        Path answer = Files.createTempFile("import", ".ndjson");
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + server.port() + "/admin/api/users/import"))
                .header("Authorization", "Bearer " + admin.accessToken)
                .header("Cookie", "session_id=" + admin.handle)
                .header("User-Agent", "Test/1.0")
                .header("Content-Type", "application/x-ndjson")
                .POST(HttpRequest.BodyPublishers.ofInputStream(() -> lines(accounts)))
                .build();
        long before = resident(server);
        long most = before;
        long start = System.nanoTime();
        CompletableFuture<HttpResponse<Path>> done = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .build()
                .sendAsync(request, HttpResponse.BodyHandlers.ofFile(answer));
        while (!done.isDone()) {
            try {
                done.get(500, TimeUnit.MILLISECONDS);
            } catch (TimeoutException goesOn) {
                most = Math.max(most, resident(server));
            }
        }
        long seconds = Duration.ofNanos(System.nanoTime() - start).toSeconds();
        String last = "";
        try (var lines = Files.lines(answer)) {
            last = lines.reduce("", (earlier, later) -> later);
        }
        System.out.printf("| %s | %d | %d, %d, %d | `%s` |%n", what, seconds, before, most, resident(server), last);
        Files.delete(answer);
    }

    private static long resident(ServerProcess server) throws Exception {
        for (String line : Files.readAllLines(Path.of("/proc", Long.toString(server.pid()), "status"))) {
            if (line.startsWith("VmRSS:")) {
                return Long.parseLong(line.replaceAll("\\D", "")) / 1024;
            }
        }
        return 0;
    }

    private static InputStream lines(int count) {
        return new SequenceInputStream(new Enumeration<>() {
            private int next;

            @Override
            public boolean hasMoreElements() {
                return next < count;
            }

            @Override
            public InputStream nextElement() {
                StringBuilder lines = new StringBuilder();
                for (int end = Math.min(count, next + 100); next < end; next++) {
                    lines.append("{\"username\":\"user-" + next + "\",\"email\":\"user-" + next
                            + "@example.com\",\"email_verified\":true,\"roles\":[\"user\"],\"password_hash\":\"" + HASH
                            + "\",\"attributes\":{\"plan\":\"free\"}}\n");
                }
                return new ByteArrayInputStream(lines.toString().getBytes(StandardCharsets.UTF_8));
            }
        });
    }
}
