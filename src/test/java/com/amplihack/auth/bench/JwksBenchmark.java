package com.amplihack.auth.bench;

import com.amplihack.auth.http.ServerProcess;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;

/**
 * How many times a second the key set is answered, without its limit per address. No test, asserts nothing; {@code
 * src/test/bench/jwks.sh} runs it.
 */
public final class JwksBenchmark {
    private static final Duration WARM_UP = Duration.ofSeconds(45);
    private static final Duration PASS = Duration.ofSeconds(5);
    private static final int PASSES = 5;

    private JwksBenchmark() {}

    public static void main(String[] arguments) throws Exception {
        try (ServerProcess server = ServerProcess.start(
                        ServerProcess.freePort(),
                        Map.of(
                                "jakarta.json.provider", "org.eclipse.parsson.JsonProviderImpl",
                                "mp.config.profile", "dev",
                                "auth.home",
                                        ServerProcess.freshDirectory("home").toString(),
                                "auth.jwks.limit", "0",
                                "auth.store", "memory"),
                        Map.of())
                .ready()) {
            Load load = new Load("127.0.0.1", server.port(), "/auth/jwks", "User-Agent: Test/1.0\r\n");
            load.run(WARM_UP);
            double[] rates = new double[PASSES];
            Duration before = cpu(server);
            long all = 0;
            for (int i = 0; i < PASSES; i++) {
                long start = System.nanoTime();
                long answered = load.run(PASS);
                rates[i] = answered / ((System.nanoTime() - start) / 1e9);
                all += answered;
            }
            double cpuMillis = cpu(server).minus(before).toNanos() / 1e6 / all;
            System.out.printf(
                    Locale.ROOT,
                    "%.0f answers/s (median of %s), %.3f ms of the server's CPU each%n",
                    Arrays.stream(rates).sorted().skip(PASSES / 2).findFirst().orElseThrow(),
                    Arrays.toString(Arrays.stream(rates).mapToLong(Math::round).toArray()),
                    cpuMillis);
        }
    }

    private static Duration cpu(ServerProcess server) {
        return ProcessHandle.of(server.pid())
                .flatMap(process -> process.info().totalCpuDuration())
                .orElseThrow();
    }
}
