package com.amplihack.auth.bench;

import com.amplihack.auth.database.StartedPostgres;
import com.amplihack.auth.http.Client;
import com.amplihack.auth.http.ServerProcess;
import com.amplihack.auth.store.TestRedis;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import jakarta.json.JsonObject;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;

/**
 * How long 100,000 audit lines that waited for the database take to get there, and what that does to a server under full load.
 * No test; {@code src/test/bench/audit-catch-up.sh} runs it.
 */
public final class AuditCatchUp {
    private static final int LINES = 100_000;
    /** Each of a network of its own: more than sixty a minute would be counted in one line. */
    private static final int EACH = 25;

    private static final Duration PASS = Duration.ofSeconds(10);

    private AuditCatchUp() {}

    public static void main(String[] arguments) throws Exception {
        try (TestRedis redis = TestRedis.start();
                EmbeddedPostgres postgres = StartedPostgres.start();
                ServerProcess server = server(redis, postgres).ready();
                Connection database = postgres.getPostgresDatabase().getConnection()) {
            Wrk verify = Wrk.get(
                    server.port(),
                    "/auth/verify",
                    StreamBenchmark.signIn(server).lines().toArray(String[]::new));
            verify.warmUp(Duration.ofSeconds(45));
            database.setAutoCommit(false);
            try (Statement statement = database.createStatement()) {
                statement.execute("lock table audit_entry in exclusive mode"); // the projector waits
            }
            makeLines(server);
            System.out.printf("%d lines wait%n", behind(server));
            print("served before", verify.run(PASS));
            long released = System.nanoTime();
            database.rollback();
            Future<Double> caughtUp = Executors.newSingleThreadExecutor().submit(() -> {
                while (behind(server) > 0) {
                    Thread.sleep(200);
                }
                return (System.nanoTime() - released) / 1e9;
            });
            while (!caughtUp.isDone()) {
                print("served while they are brought", verify.run(PASS));
            }
            System.out.printf(Locale.ROOT, "all are there after %.1f s%n", caughtUp.get());
            print("served after", verify.run(PASS));
        }
        System.exit(0);
    }

    private static ServerProcess server(TestRedis redis, EmbeddedPostgres postgres) {
        return ServerProcess.start(
                ServerProcess.freePort(),
                Map.ofEntries(
                        Map.entry("mp.config.profile", "dev"),
                        Map.entry(
                                "auth.home",
                                ServerProcess.freshDirectory("catch-up").toString()),
                        Map.entry("auth.store", "redis"),
                        Map.entry("redis.port", Integer.toString(redis.port())),
                        Map.entry("redis.username", TestRedis.USER),
                        Map.entry("redis.password", redis.password()),
                        Map.entry("auth.db.class", "org.postgresql.ds.PGSimpleDataSource"),
                        Map.entry("auth.db.url", "jdbc:postgresql://localhost:" + postgres.getPort() + "/postgres"),
                        Map.entry("auth.db.user", "postgres"),
                        Map.entry("auth.db.password", "postgres"),
                        Map.entry("auth.trusted.proxies", "127.0.0.1"),
                        Map.entry("auth.api.limit", "1000000"),
                        Map.entry("auth.bootstrap.password", StreamBenchmark.PASSWORD)),
                Map.of());
    }

    /** By tokens that are none. */
    private static void makeLines(ServerProcess server) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(8);
        Client balancer = new Client(server.port(), "127.0.0.1");
        List<Callable<Void>> networks = IntStream.range(0, LINES / EACH)
                .mapToObj(i -> (Callable<Void>) () -> {
                    for (int line = 0; line < EACH; line++) {
                        balancer.get("/auth/verify")
                                .header("X-Forwarded-For", "198.51." + i / 250 + '.' + i % 250)
                                .bearer("none")
                                .send();
                    }
                    return null;
                })
                .toList();
        for (Future<Void> done : threads.invokeAll(networks)) {
            done.get();
        }
        threads.shutdown();
    }

    private static int behind(ServerProcess server) {
        String behind = new Client(server.port())
                .get("/health/ready").send().json().getJsonArray("checks").getValuesAs(JsonObject.class).stream()
                        .filter(check -> check.getString("name").equals("audit"))
                        .findFirst()
                        .orElseThrow()
                        .getJsonObject("data")
                        .getString("behind");
        return Integer.parseInt(behind);
    }

    private static void print(String what, Wrk.Pass pass) {
        System.out.printf(
                Locale.ROOT,
                "%s: %.0f requests/s, median %.1f ms, 99th percentile %.1f ms%n",
                what,
                pass.requests() / pass.seconds(),
                pass.median() / 1e3,
                pass.percentile99() / 1e3);
    }
}
