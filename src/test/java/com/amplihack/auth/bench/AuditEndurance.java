package com.amplihack.auth.bench;

import com.amplihack.auth.database.StartedPostgres;
import com.amplihack.auth.http.Client;
import com.amplihack.auth.http.ServerProcess;
import com.amplihack.auth.http.Session;
import com.amplihack.auth.store.TestRedis;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonReader;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/**
 * Mixed load on one server that is killed (SIGKILL) twice: then every answer that somebody got must have its line,
 * and the chain of all files must verify with its first key. No test; {@code src/test/bench/audit-endurance.sh} runs it.
 */
public final class AuditEndurance {
    private static final String PASSWORD = "violet kettle 7 harbour";
    private static final int PEOPLE = 4;
    private static final Duration PAUSE = Duration.ofMillis(500);

    private final Path home = ServerProcess.freshDirectory("endurance");
    private final int port = ServerProcess.freePort();
    /** How often an event was acknowledged, by event and session. */
    private final Map<String, AtomicInteger> acknowledged = new ConcurrentHashMap<>();

    private final AtomicLong answers = new AtomicLong();
    private final AtomicLong broken = new AtomicLong();
    private volatile boolean over;

    private AuditEndurance() {}

    public static void main(String[] arguments) throws Exception {
        int minutes = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 60;
        System.exit(new AuditEndurance().run(Duration.ofMinutes(minutes)) ? 0 : 1);
    }

    private boolean run(Duration time) throws Exception {
        ExecutorService people = Executors.newFixedThreadPool(PEOPLE);
        try (TestRedis redis = TestRedis.start();
                EmbeddedPostgres postgres = StartedPostgres.start()) {
            ServerProcess server = started(redis, postgres);
            List<Future<?>> working = new ArrayList<>();
            for (int i = 0; i < PEOPLE; i++) {
                working.add(people.submit(this::work));
            }
            Instant start = Instant.now();
            for (int part = 1; part <= 3; part++) {
                sleepUntil(start.plus(time.multipliedBy(part).dividedBy(3)));
                if (part < 3) {
                    server.kill();
                    System.out.printf("killed after %d answers%n", answers.get());
                    server = started(redis, postgres);
                }
            }
            over = true;
            people.shutdown();
            if (!people.awaitTermination(1, TimeUnit.MINUTES)) {
                throw new IllegalStateException("somebody still works");
            }
            for (Future<?> one : working) {
                one.get(); // what went wrong for somebody is not passed over
            }
            server.close();
            return isComplete();
        } finally {
            people.shutdownNow();
        }
    }

    private ServerProcess started(TestRedis redis, EmbeddedPostgres postgres) {
        return ServerProcess.start(
                        port,
                        Map.ofEntries(
                                Map.entry("mp.config.profile", "dev"),
                                Map.entry("auth.home", home.toString()),
                                Map.entry("auth.store", "redis"),
                                Map.entry("redis.port", Integer.toString(redis.port())),
                                Map.entry("redis.username", TestRedis.USER),
                                Map.entry("redis.password", redis.password()),
                                Map.entry("auth.db.class", "org.postgresql.ds.PGSimpleDataSource"),
                                Map.entry(
                                        "auth.db.url",
                                        "jdbc:postgresql://localhost:" + postgres.getPort() + "/postgres"),
                                Map.entry("auth.db.user", "postgres"),
                                Map.entry("auth.db.password", "postgres"),
                                Map.entry("auth.audit.rotate.mib", "4"),
                                Map.entry("auth.login.limit", "1000000"),
                                Map.entry("auth.refresh.limit", "1000000"),
                                Map.entry("auth.api.limit", "1000000"),
                                Map.entry("jwt.refresh.grace.seconds", "0"),
                                Map.entry("auth.bootstrap.password", PASSWORD)),
                        Map.of())
                .ready();
    }

    /** One person's day, over and over; while the server is away, nothing is acknowledged. */
    private void work() {
        while (!over) {
            try {
                Client client = new Client(port);
                Session session = Session.of(client, "admin", PASSWORD);
                acknowledge("TOKEN_ISSUED", session);
                for (int i = 0; i < 3; i++) {
                    expect(200, session.user());
                    if (session.refresh().status() == 200) {
                        acknowledge("TOKEN_REFRESHED", session);
                    }
                }
                if (session.with(client.post("/auth/logout")).send().status() == 200) {
                    acknowledge("LOGOUT", session);
                }
                Session.login(client, "nobody", "wrong").send();
                expect(401, session.user());
            } catch (RuntimeException | AssertionError away) { // refused, reset, or 503 while it starts
                broken.incrementAndGet();
                pause(Duration.ofMillis(500));
            }
            pause(PAUSE);
        }
    }

    private void expect(int status, Client.Answer answer) {
        if (answer.status() != status) {
            throw new AssertionError(answer.toString());
        }
        answers.incrementAndGet();
    }

    private void acknowledge(String event, Session session) {
        answers.incrementAndGet();
        acknowledged
                .computeIfAbsent(event + ' ' + session.claims().getString("sid"), key -> new AtomicInteger())
                .incrementAndGet();
    }

    private boolean isComplete() throws IOException, InterruptedException {
        List<Path> files;
        try (Stream<Path> listed = Files.list(home)) {
            files = new ArrayList<>(
                    listed.filter(file -> file.getFileName().toString().matches("audit(-.*)?\\.jsonl"))
                            .sorted()
                            .toList());
        }
        Path current = home.resolve("audit.jsonl"); // is written last
        files.remove(current);
        files.add(current);
        long lines = 0;
        for (Path file : files) {
            try (Stream<String> read = Files.lines(file)) {
                lines += read.peek(this::strike).count();
            }
        }
        long lost = acknowledged.values().stream()
                .mapToInt(AtomicInteger::get)
                .filter(left -> left > 0)
                .sum();
        int verdict = verify(files);
        System.out.printf(
                Locale.ROOT,
                "%d answers, %d broken off; %d lines in %d files; acknowledged and lost: %d; verify-audit: %d%n",
                answers.get(),
                broken.get(),
                lines,
                files.size(),
                lost,
                verdict);
        return lost == 0 && verdict == 0;
    }

    private void strike(String line) {
        try (JsonReader reader = Json.createReader(new StringReader(line))) {
            JsonObject entry = reader.readObject();
            AtomicInteger left = acknowledged.get(entry.getString("event") + ' ' + entry.getString("session_id", ""));
            if (left != null) {
                left.decrementAndGet();
            }
        }
    }

    private int verify(List<Path> files) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-jar",
                System.getProperty("it.tools"),
                "verify-audit",
                "--key"));
        try (DirectoryStream<Path> keys = Files.newDirectoryStream(home.resolve("keys"), "audit-chain-*.key")) {
            command.add(keys.iterator().next().toString());
        }
        files.forEach(file -> command.add(file.toString()));
        return new ProcessBuilder(command).inheritIO().start().waitFor();
    }

    private static void sleepUntil(Instant time) throws InterruptedException {
        long millis = Duration.between(Instant.now(), time).toMillis();
        Thread.sleep(Math.max(0, millis));
    }

    private static void pause(Duration time) {
        try {
            Thread.sleep(time.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
