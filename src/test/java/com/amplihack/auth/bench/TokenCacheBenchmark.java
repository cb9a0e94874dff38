package com.amplihack.auth.bench;

import com.amplihack.auth.http.Client;
import com.amplihack.auth.http.Client.Answer;
import com.amplihack.auth.http.ServerProcess;
import com.amplihack.auth.store.TestRedis;
import jakarta.json.Json;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What an authenticated request costs with and without {@code auth.token.cache.size}, beside a public one: requests per
 * second, and CPU of the server for each. No test, asserts nothing; {@code src/test/bench/token-cache.sh} runs it.
 */
public final class TokenCacheBenchmark {
    private static final Duration WARM_UP = Duration.ofSeconds(13);
    private static final int WARM_UPS = 2;
    private static final Duration PASS = Duration.ofSeconds(5);
    private static final int PASSES = 5;

    private TokenCacheBenchmark() {}

    public static void main(String[] arguments) throws Exception {
        try (TestRedis redis = TestRedis.start();
                ServerProcess remembering = server(redis, "10000");
                ServerProcess forgetting = server(redis, "0")) {
            remembering.ready();
            forgetting.ready();
            List<Target> targets = List.of(
                    new Target("public: `GET /auth/jwks`", remembering, publicLoad(remembering)),
                    new Target("`GET /api/user`, cache on", remembering, userLoad(remembering)),
                    new Target("`GET /api/user`, cache off", forgetting, userLoad(forgetting)));
            for (int i = 0; i < WARM_UPS; i++) {
                targets.forEach(target -> target.load().run(WARM_UP));
            }
            Result[][] results = new Result[targets.size()][PASSES];
            for (int pass = 0; pass < PASSES; pass++) {
                for (int i = 0; i < results.length; i++) {
                    results[i][pass] = targets.get(i).measure();
                }
            }
            print(targets, results);
        }
    }

    private static ServerProcess server(TestRedis redis, String cacheSize) {
        return ServerProcess.start(
                ServerProcess.freePort(),
                Map.ofEntries(
                        Map.entry("jakarta.json.provider", "org.eclipse.parsson.JsonProviderImpl"),
                        Map.entry("mp.config.profile", "dev"),
                        Map.entry(
                                "auth.home",
                                ServerProcess.freshDirectory("home").toString()),
                        Map.entry("auth.token.cache.size", cacheSize),
                        Map.entry("auth.api.limit", "0"),
                        Map.entry("auth.jwks.limit", "0"),
                        Map.entry("auth.store", "redis"),
                        Map.entry("redis.host", "127.0.0.1"),
                        Map.entry("redis.port", Integer.toString(redis.port())),
                        Map.entry("redis.username", TestRedis.USER),
                        Map.entry("redis.password", redis.password())),
                Map.of());
    }

    private static Load publicLoad(ServerProcess server) {
        return new Load("127.0.0.1", server.port(), "/auth/jwks", "User-Agent: Test/1.0\r\n");
    }

    /** One signed-in user who proves the session, as a browser does. */
    private static Load userLoad(ServerProcess server) {
        Client client = new Client(server.port());
        Answer login = client.post("/auth/login")
                .json(Json.createObjectBuilder()
                        .add("username", "admin")
                        .add("password", server.firstPassword())
                        .build()
                        .toString())
                .send();
        return new Load(
                client.address(),
                server.port(),
                "/api/user",
                "User-Agent: Test/1.0\r\nAuthorization: Bearer "
                        + login.json().getString("access_token") + "\r\nCookie: session_id="
                        + login.cookieValue("session_id") + "\r\n");
    }

    private static void print(List<Target> targets, Result[][] results) {
        double publicRate = median(results[0], true);
        double publicCpu = median(results[0], false);
        System.out.printf("%d passes of %d s, medians%n%n", PASSES, PASS.toSeconds());
        System.out.println(
                "| | requests/s | to public | server CPU ms per request | to public | requests/s of each pass |");
        System.out.println("| --- | --- | --- | --- | --- | --- |");
        for (int i = 0; i < results.length; i++) {
            double rate = median(results[i], true);
            double cpu = median(results[i], false);
            String each = String.join(
                    ", ",
                    Arrays.stream(results[i])
                            .map(result -> Long.toString(Math.round(result.rate())))
                            .toList());
            System.out.printf(
                    Locale.ROOT,
                    "| %s | %.0f | %.2f | %.3f | %.2f | %s |%n",
                    targets.get(i).name(),
                    rate,
                    rate / publicRate,
                    cpu,
                    cpu / publicCpu,
                    each);
        }
    }

    private static double median(Result[] results, boolean ofRates) {
        double[] sorted = Arrays.stream(results)
                .mapToDouble(result -> ofRates ? result.rate() : result.cpuMillis())
                .sorted()
                .toArray();
        return sorted[sorted.length / 2];
    }

    private record Target(String name, ServerProcess server, Load load) {
        Result measure() {
            Duration cpuBefore = cpu();
            long start = System.nanoTime();
            long requests = load.run(PASS);
            double seconds = (System.nanoTime() - start) / 1e9;
            return new Result(requests / seconds, cpu().minus(cpuBefore).toNanos() / 1e6 / requests);
        }

        private Duration cpu() {
            return ProcessHandle.of(server.pid())
                    .flatMap(process -> process.info().totalCpuDuration())
                    .orElseThrow();
        }
    }

    private record Result(double rate, double cpuMillis) {}
}
