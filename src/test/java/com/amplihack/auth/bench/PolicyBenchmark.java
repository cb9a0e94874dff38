package com.amplihack.auth.bench;

import com.amplihack.auth.audit.RecordedAudit;
import com.amplihack.auth.config.Configuration;
import com.amplihack.auth.config.TestSettings;
import com.amplihack.auth.config.type.UserAgentBinding;
import com.amplihack.auth.gate.TokenGate;
import com.amplihack.auth.keys.KeyRing;
import com.amplihack.auth.limits.RateLimiter;
import com.amplihack.auth.metering.AccountBudgets;
import com.amplihack.auth.session.SessionProof;
import com.amplihack.auth.store.SecurityStore;
import com.amplihack.auth.store.SessionStore.Admission;
import com.amplihack.auth.store.SessionStore.Verdict;
import com.amplihack.auth.token.AccessToken;
import com.amplihack.auth.token.SessionHandle;
import com.amplihack.auth.token.TestAccessToken;
import com.amplihack.auth.token.TokenVerifier;
import com.amplihack.auth.token.UserAgentHash;
import com.amplihack.auth.web.ClientContext;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * What it costs the gate that its settings may change: one thread admits requests against a store that admits each, with settings
 * that stand, with a look at every property each second as on a server, and with a change at each look. No test, asserts
 * nothing; {@code src/test/bench/policy.sh} runs it.
 */
public final class PolicyBenchmark {
    private static final int PASSES = 7;
    private static final long PASS_NANOS = 3_000_000_000L;
    private static final ClientContext CLIENT = new ClientContext("192.0.2.7", "Firefox/120.0", "request-1");

    private static final Admission ADMITTED = new Admission(Verdict.ADMITTED, 0, Duration.ZERO, "0", Optional.empty());

    private final SessionHandle handle = new SessionHandle("h".repeat(42) + "A");
    private final SessionProof proof = SessionProof.of(List.of(handle.value()));
    private final Instant start = Instant.now();
    private final SecurityStore store = (SecurityStore) Proxy.newProxyInstance(
            SecurityStore.class.getClassLoader(),
            new Class<?>[] {SecurityStore.class},
            (proxy, method, arguments) -> ADMITTED);
    private final AccessToken token = TestAccessToken.of(
            "jti",
            "7d0f0f2e-6a3a-4f0e-9c53-0d4c0d1f2a3b",
            "eva",
            handle.sid(),
            1,
            List.of("user"),
            List.of("chat:write"),
            CLIENT.address(),
            UserAgentHash.of(CLIENT.userAgent(), UserAgentBinding.EXACT),
            start,
            start,
            start.plusSeconds(900));
    private final Map<String, String> properties = new ConcurrentHashMap<>(Map.of("auth.api.limit", "0"));
    private final Configuration following = TestSettings.following(Path.of("/nowhere"), properties);

    public static void main(String[] arguments) throws Exception {
        new PolicyBenchmark().run();
    }

    private void run() throws Exception {
        TokenGate fixed = gate(new Configuration(following.settings()));
        TokenGate live = gate(following);
        double[] standing = new double[PASSES];
        double[] looked = new double[PASSES];
        double[] changed = new double[PASSES];
        pass(fixed);
        pass(live);
        for (int i = 0; i < PASSES; i++) { // taking turns, so that what disturbs one disturbs all
            standing[i] = pass(fixed);
            looked[i] = during(following::refresh, live);
            changed[i] = during(this::change, live);
        }
        System.out.println("| settings | requests admitted in a second by one thread | to the first |");
        System.out.println("| --- | --- | --- |");
        print("stand for ever", standing, standing);
        print("are looked at each second", looked, standing);
        print("change each second", changed, standing);
        System.out.printf(
                Locale.ROOT,
                "%nOne look at %d properties: %.0f µs%n",
                following.policy().properties().size(),
                look());
    }

    private void change() {
        properties.merge("jwt.access.token.minutes", "15", (old, unused) -> "15".equals(old) ? "14" : "15");
        following.refresh();
    }

    private double during(Runnable eachSecond, TokenGate gate) throws InterruptedException {
        ScheduledExecutorService watch = Executors.newSingleThreadScheduledExecutor();
        watch.scheduleWithFixedDelay(eachSecond, 0, 1, TimeUnit.SECONDS);
        try {
            return pass(gate);
        } finally {
            watch.shutdown();
            watch.awaitTermination(10, TimeUnit.SECONDS);
        }
    }

    private double pass(TokenGate gate) {
        long from = System.nanoTime();
        long admitted = 0;
        while (System.nanoTime() - from < PASS_NANOS) {
            for (int i = 0; i < 100; i++) {
                gate.admit(token, proof, CLIENT, Optional.empty());
            }
            admitted += 100;
        }
        return admitted * 1e9 / (System.nanoTime() - from);
    }

    private double look() {
        long from = System.nanoTime();
        for (int i = 0; i < 1_000; i++) {
            following.refresh();
        }
        return (System.nanoTime() - from) / 1_000.0 / 1_000.0;
    }

    private TokenGate gate(Configuration configuration) {
        InstantSource clock = InstantSource.system();
        TokenVerifier verifier = new TokenVerifier(new KeyRing(configuration, clock), configuration, clock);
        RecordedAudit audit = new RecordedAudit();
        RateLimiter limits = new RateLimiter(audit, configuration);
        return new TokenGate(
                verifier,
                store,
                audit,
                limits,
                configuration,
                clock,
                new AccountBudgets((account, roles) -> List.of(), clock));
    }

    private static void print(String name, double[] passes, double[] first) {
        System.out.printf(Locale.ROOT, "| %s | %.0f | %.3f |%n", name, median(passes), median(passes) / median(first));
    }

    private static double median(double[] passes) {
        double[] sorted = passes.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }
}
