package com.amplihack.auth.bench;

import com.amplihack.auth.config.type.Quota;
import com.amplihack.auth.config.type.ReplayMode;
import com.amplihack.auth.store.SessionRecord;
import com.amplihack.auth.store.SessionStore.Epoch;
import com.amplihack.auth.store.SessionStore.Use;
import com.amplihack.auth.store.SessionStore.Verdict;
import com.amplihack.auth.store.embedded.EmbeddedBackend;
import com.amplihack.auth.store.script.ScriptedStore;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;

/** How many requests the store in memory admits in a second (docs/benchmarks.md). */
public final class EmbeddedStoreBenchmark {
    private static final int SESSIONS = 10_000;
    private static final int PASSES = 7;
    private static final long PASS_NANOS = 3_000_000_000L;
    private static final Epoch ZERO = new Epoch(0, 0);
    private static final Quota API = new Quota("api", 1_000, Duration.ofSeconds(60));

    private final ScriptedStore store = new ScriptedStore(new EmbeddedBackend(InstantSource.system()));
    private final AtomicLong uses = new AtomicLong();

    private EmbeddedStoreBenchmark() {
        Instant now = Instant.now();
        for (int i = 0; i < SESSIONS; i++) {
            store.open(
                    SessionRecord.first(
                            user(i), "sid", "hash", ZERO, now, now.plusSeconds(86_400), "192.0.2.1", "Test"),
                    Duration.ofDays(1),
                    100);
        }
    }

    public static void main(String[] arguments) throws InterruptedException {
        EmbeddedStoreBenchmark benchmark = new EmbeddedStoreBenchmark();
        System.out.println("| admitted in a second | 1 thread | 8 threads |");
        System.out.println("| --- | --- | --- |");
        benchmark.print("proven", true);
        benchmark.print("bare: burns its token", false);
        benchmark.store.close();
    }

    private void print(String name, boolean proven) throws InterruptedException {
        System.out.printf(Locale.ROOT, "| %s | %.0f | %.0f |%n", name, median(1, proven), median(8, proven));
    }

    private double median(int threads, boolean proven) throws InterruptedException {
        double[] passes = new double[PASSES];
        pass(threads, proven);
        for (int i = 0; i < PASSES; i++) {
            passes[i] = pass(threads, proven);
        }
        Arrays.sort(passes);
        return passes[PASSES / 2];
    }

    private double pass(int threads, boolean proven) throws InterruptedException {
        long before = uses.get();
        long from = System.nanoTime();
        Thread[] clients = IntStream.range(0, threads)
                .mapToObj(i -> new Thread(() -> admitUntil(from + PASS_NANOS, proven)))
                .toArray(Thread[]::new);
        for (Thread client : clients) {
            client.start();
        }
        for (Thread client : clients) {
            client.join();
        }
        return (uses.get() - before) * 1e9 / (System.nanoTime() - from);
    }

    private void admitUntil(long end, boolean proven) {
        while (System.nanoTime() < end) {
            long use = uses.incrementAndGet();
            String user = user((int) (use % SESSIONS));
            // what is burnt is soon forgotten, or the heap would be measured
            ReplayMode mode = proven ? ReplayMode.AUTO : ReplayMode.STRICT;
            Use request = new Use(user, "sid", 1, "jti" + use, proven, mode, Duration.ofSeconds(1));
            Verdict verdict = store.admit(request, API).verdict();
            if (verdict != Verdict.ADMITTED) {
                throw new IllegalStateException(verdict.toString());
            }
        }
    }

    private static String user(int i) {
        return new UUID(0x1234_5678_9abc_4defL, i * 0x9e37_79b9_7f4a_7c15L).toString();
    }
}
