package com.amplihack.auth.bench;

import com.amplihack.auth.config.TestSettings;
import com.amplihack.auth.config.type.Quota;
import com.amplihack.auth.config.type.ReplayMode;
import com.amplihack.auth.metrics.Meters;
import com.amplihack.auth.store.SessionRecord;
import com.amplihack.auth.store.SessionStore.Device;
import com.amplihack.auth.store.SessionStore.Epoch;
import com.amplihack.auth.store.SessionStore.Rotation;
import com.amplihack.auth.store.SessionStore.Use;
import com.amplihack.auth.store.SessionStore.Verdict;
import com.amplihack.auth.store.SignInFacts;
import com.amplihack.auth.store.TokenFamily;
import com.amplihack.auth.store.redis.RedisBackend;
import com.amplihack.auth.store.script.ScriptedStore;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.Protocol;
import redis.clients.jedis.RedisClient;
import redis.embedded.RedisServer;

/** What a session costs in Redis, and what an operation costs when there are many (docs/benchmarks.md). */
public final class StoreGrowthBenchmark implements AutoCloseable {
    private static final int[] LIVE = {1_000, 100_000, 1_000_000};
    private static final int ROUNDS = 21;
    private static final int MEASURED = 500; // a round
    private static final String AGENT = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36";
    private static final int BURNT = 10_000;
    private static final Epoch ZERO = new Epoch(0, 0);
    private static final Duration WEEK = Duration.ofDays(7);
    private static final Quota UNLIMITED = new Quota("api", 0, Duration.ofSeconds(60));
    private static final Quota API = new Quota("api", 1_000_000, Duration.ofSeconds(60));

    private final RedisServer server;
    private final RedisClient observer;
    private final ScriptedStore store;
    private final int live;
    private final Random random = new Random(1);

    /** A Redis of its own, with so many sessions. */
    private StoreGrowthBenchmark(int live) throws IOException {
        int port;
        try (ServerSocket socket = new ServerSocket(0)) {
            port = socket.getLocalPort();
        }
        server = RedisServer.newRedisServer()
                .port(port)
                .bind("127.0.0.1")
                .setting("save \"\"")
                .build();
        server.start();
        observer = RedisClient.create("127.0.0.1", port);
        store = new ScriptedStore(new RedisBackend(
                TestSettings.dev(
                                Path.of("unused"),
                                Map.of("redis.host", "127.0.0.1", "redis.port", Integer.toString(port)))
                        .store(),
                new Meters()));
        this.live = live;
    }

    @Override
    public void close() throws IOException {
        store.close();
        observer.close();
        server.stop();
    }

    public static void main(String[] arguments) throws Exception {
        printLongSessions();
        List<StoreGrowthBenchmark> sizes = new ArrayList<>();
        try {
            for (int live : LIVE) {
                sizes.add(new StoreGrowthBenchmark(live));
            }
            System.out.println(
                    "| live sessions | bytes per session | per burnt token | keys without TTL | connections |");
            System.out.println("| --- | --- | --- | --- | --- |");
            sizes.forEach(StoreGrowthBenchmark::fill);
            System.out.println();
            printTimes(sizes);
            sizes.get(0).printRoundTrips();
            System.out.printf(
                    "sessions as the gauge counts them: %,d%n",
                    sizes.get(LIVE.length - 1).store.liveSessions());
        } finally {
            for (StoreGrowthBenchmark size : sizes) {
                size.close();
            }
        }
    }

    private static void printLongSessions() throws IOException {
        try (StoreGrowthBenchmark rare = new StoreGrowthBenchmark(20_000)) {
            long nothing = rare.memory();
            IntStream.range(0, rare.live).parallel().forEach(rare::open);
            long opened = rare.memory();
            IntStream.range(0, rare.live).parallel().forEach(rare::refresh);
            long refreshed = rare.memory();
            rare.observer.flushAll();
            long empty = rare.memory();
            IntStream.range(0, rare.live).parallel().forEach(rare::openLong);
            IntStream.range(0, rare.live).parallel().forEach(rare::refresh);
            System.out.printf(
                    "bytes of a session: %d after the sign-in, %d after a refresh with an idempotency key,"
                            + " %d with every field at its longest%n%n",
                    (opened - nothing) / rare.live,
                    (refreshed - nothing) / rare.live,
                    (rare.memory() - empty) / rare.live);
        }
    }

    private void fill() {
        long empty = memory();
        IntStream.range(0, live).parallel().forEach(this::open);
        long before = memory();
        IntStream.range(0, BURNT).parallel().forEach(i -> admit(i % live, false, UNLIMITED));
        System.out.printf(
                "| %,d | %d | %d | %d | %d |%n",
                live,
                (before - empty) / live,
                (memory() - before) / BURNT,
                number("db0:keys=(\\d+)") - number("db0:.*expires=(\\d+)"),
                number("connected_clients:(\\d+)") - 1);
    }

    private enum Operation {
        ADMIT_PROVEN("admit, proven") {
            @Override
            void run(StoreGrowthBenchmark size, int i) {
                size.admit(size.some(), true, API);
            }
        },
        ADMIT_BARE("admit, bare") {
            @Override
            void run(StoreGrowthBenchmark size, int i) {
                size.admit(size.some(), false, API);
            }
        },
        REFRESH("refresh") {
            @Override
            void run(StoreGrowthBenchmark size, int i) {
                size.refresh(size.some());
            }
        },
        OPEN("open") {
            @Override
            void run(StoreGrowthBenchmark size, int i) {
                size.open(size.live + i);
            }
        },
        END("end") {
            @Override
            void run(StoreGrowthBenchmark size, int i) {
                size.store.end(user(size.live + i), sid(size.live + i));
            }
        };

        private final String name;

        Operation(String name) {
            this.name = name;
        }

        abstract void run(StoreGrowthBenchmark size, int i);

        /** The median of so many, in nanoseconds. */
        long median(StoreGrowthBenchmark size) {
            long[] nanos = new long[MEASURED];
            for (int i = 0; i < MEASURED; i++) {
                long start = System.nanoTime();
                run(size, i);
                nanos[i] = System.nanoTime() - start;
            }
            Arrays.sort(nanos);
            return nanos[MEASURED / 2];
        }
    }

    /** The sizes take turns, so that what disturbs one disturbs all; the first rounds only warm up. */
    private static void printTimes(List<StoreGrowthBenchmark> sizes) {
        System.out.println("| median µs | "
                + sizes.stream().map(size -> String.format("%,d", size.live)).collect(Collectors.joining(" | "))
                + " | the largest to the smallest |");
        System.out.println("| --- | --- | --- | --- | --- |");
        for (int i = 0; i < 4; i++) {
            sizes.forEach(size -> Stream.of(Operation.values()).forEach(operation -> operation.median(size)));
        }
        Map<Operation, long[][]> rounds = new EnumMap<>(Operation.class);
        for (int round = 0; round < ROUNDS; round++) {
            for (Operation operation : Operation.values()) {
                for (int i = 0; i < sizes.size(); i++) {
                    rounds.computeIfAbsent(operation, unused -> new long[LIVE.length][ROUNDS])[i][round] =
                            operation.median(sizes.get(i));
                }
            }
        }
        rounds.forEach((operation, bySize) -> {
            long[] medians =
                    Stream.of(bySize).mapToLong(StoreGrowthBenchmark::median).toArray();
            System.out.printf(
                    "| %s | %s | %.2f |%n",
                    operation.name,
                    LongStream.of(medians)
                            .mapToObj(nanos -> String.format("%.1f", nanos / 1000.0))
                            .collect(Collectors.joining(" | ")),
                    (double) medians[LIVE.length - 1] / medians[0]);
        });
    }

    private static long median(long[] nanos) {
        long[] sorted = nanos.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    private void printRoundTrips() {
        observer.executeCommand(new CommandArguments(Protocol.Command.CONFIG).add("RESETSTAT"));
        IntStream.range(0, 1_000).forEach(i -> admit(i, true, API));
        System.out.printf(
                "%nround trips of 1000 admitted requests: %d (evalsha)%n", number("cmdstat_evalsha:calls=(\\d+)"));
    }

    /** As after a sign-in. */
    private void open(int i) {
        Instant now = Instant.now();
        store.open(
                SessionRecord.first(
                        user(i), sid(i), hash(i), ZERO, now, now.plus(Duration.ofDays(30)), "203.0.113.177", AGENT),
                WEEK,
                100);
    }

    /** With every field at its longest, as after many refreshes with idempotency keys. */
    private void openLong(int i) {
        Instant now = Instant.now();
        TokenFamily family = new TokenFamily(30_000, hash(i), now, name(i), "A".repeat(48), "");
        store.open(
                new SessionRecord(
                        user(i),
                        sid(i),
                        family,
                        30_000,
                        30_000,
                        true,
                        ZERO,
                        now.plus(Duration.ofDays(30)),
                        now,
                        now,
                        "2001:db8:1234:5678:9abc:def0:1234:5678",
                        AGENT,
                        new SignInFacts(now, List.of("pwd", "otp", "mfa"))),
                WEEK,
                100);
    }

    private void admit(int i, boolean proven, Quota quota) {
        Verdict verdict = store.admit(
                        new Use(
                                user(i),
                                sid(i),
                                1_000_000,
                                UUID.randomUUID().toString(),
                                proven,
                                proven ? ReplayMode.AUTO : ReplayMode.STRICT,
                                Duration.ofMinutes(15)),
                        quota)
                .verdict();
        if (verdict != Verdict.ADMITTED) {
            throw new IllegalStateException("session " + i + ": " + verdict);
        }
    }

    private void refresh(int i) {
        SessionRecord seen =
                store.lookForRefresh(user(i), sid(i), true, UNLIMITED).session().orElseThrow();
        long gen = seen.family().gen() + 1;
        store.rotate(new Rotation(
                seen,
                ZERO,
                gen,
                seen.issue() + 1,
                hash(i + gen),
                text(i - gen, 16),
                name(i - gen),
                new Device(seen.address(), seen.device()),
                WEEK));
    }

    private int some() {
        return random.nextInt(live);
    }

    private long memory() {
        return number("used_memory:(\\d+)");
    }

    private long number(String pattern) {
        String info = observer.info("all");
        Matcher found = Pattern.compile(pattern).matcher(info);
        return found.find() ? Long.parseLong(found.group(1)) : 0;
    }

    private static String user(int i) {
        return new UUID(0x1234_5678_9abc_4defL, i * 0x9e37_79b9_7f4a_7c15L).toString();
    }

    private static String sid(int i) {
        return text(i, 43);
    }

    private static String hash(long i) {
        return text(i, 22);
    }

    private static String name(long i) {
        return text(i, 6);
    }

    private static String text(long i, int length) {
        String digits = Long.toHexString(i * 0x9e37_79b9_7f4a_7c15L);
        return (digits + "x".repeat(length)).substring(0, length);
    }
}
