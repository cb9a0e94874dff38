package com.amplihack.auth.bench;

import com.amplihack.auth.http.ServerProcess;
import com.amplihack.auth.store.TestRedis;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * How fast the hot paths become after a start: each of them gets its own start and then full load, second by second. No test;
 * {@code src/test/bench/first-minute.sh} runs it.
 */
public final class FirstMinute {
    private static final String CHAT = "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}]}";
    private static final int SECONDS = 40;
    private static final Duration WARM_UP = Duration.ofSeconds(50);
    private static final int WARMED = 10;

    private FirstMinute() {}

    public static void main(String[] arguments) throws Exception {
        List<String> only = List.of(arguments);
        System.out.println(
                "| from the first request on | half of the warmed rate after s | in second 1 | 5 | 10 | 15 | 30 | warmed |");
        System.out.println("| --- | --- | --- | --- | --- | --- | --- | --- |");
        for (String path : List.of("/auth/jwks", "/auth/verify", "/api/user", "/api/chat/completions")) {
            if (only.isEmpty() || only.contains(path)) {
                measure(path);
            }
        }
        System.exit(0);
    }

    private static void measure(String path) throws Exception {
        try (FastUpstream upstream = new FastUpstream();
                TestRedis redis = TestRedis.start();
                ServerProcess server =
                        ProxyBenchmark.server(upstream.port(), redis).ready()) {
            String[] session = StreamBenchmark.signIn(server).lines().toArray(String[]::new);
            Wrk load = path.endsWith("completions")
                    ? Wrk.post(server.port(), path, CHAT, with(session, "Content-Type: application/json"))
                    : Wrk.get(server.port(), path, session);
            List<Double> rates = new ArrayList<>();
            for (int second = 0; second < SECONDS; second++) {
                rates.add(rate(load.run(Duration.ofSeconds(1))));
            }
            load.warmUp(WARM_UP);
            double warmed = rate(load.run(Duration.ofSeconds(WARMED)));
            int half = 0;
            while (half < SECONDS && rates.get(half) < warmed / 2) {
                half++;
            }
            System.out.printf(
                    Locale.ROOT,
                    "| `%s` | %s | %.0f | %.0f | %.0f | %.0f | %.0f | %.0f |%n",
                    path,
                    half < SECONDS ? Integer.toString(half) : "more than " + SECONDS,
                    rates.get(0),
                    rates.get(4),
                    rates.get(9),
                    rates.get(14),
                    rates.get(29),
                    warmed);
        }
    }

    private static String[] with(String[] headers, String one) {
        List<String> all = new ArrayList<>(List.of(headers));
        all.add(one);
        return all.toArray(String[]::new);
    }

    private static double rate(Wrk.Pass pass) {
        return pass.requests() / pass.seconds();
    }
}
