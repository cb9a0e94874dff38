package com.amplihack.auth.bench;

import com.amplihack.auth.config.Quota;
import com.amplihack.auth.config.ReplayMode;
import com.amplihack.auth.config.StoreSettings;
import com.amplihack.auth.config.TestSettings;
import com.amplihack.auth.metrics.Meters;
import com.amplihack.auth.store.RedisSecurityStore;
import com.amplihack.auth.store.SecurityStore.Device;
import com.amplihack.auth.store.SecurityStore.Epoch;
import com.amplihack.auth.store.SecurityStore.Rotation;
import com.amplihack.auth.store.SecurityStore.Use;
import com.amplihack.auth.store.SecurityStore.Verdict;
import com.amplihack.auth.store.SessionRecord;
import com.amplihack.auth.store.TokenFamily;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.function.IntConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.Protocol;
import redis.clients.jedis.RedisClient;
import redis.embedded.RedisServer;

/** What a session costs in Redis, and what an operation costs when there are many (docs/benchmarks.md). */
public final class StoreGrowthBenchmark {
    private static final int[] LIVE = {1_000, 100_000, 1_000_000};
    private static final int MEASURED = 5_000;
    private static final String AGENT = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KH";
    private static final int BURNT = 10_000;
    private static final Epoch ZERO = new Epoch(0, 0);
    private static final Duration WEEK = Duration.ofDays(7);
    private static final Quota UNLIMITED = new Quota("api", 0, Duration.ofSeconds(60));
    private static final Quota API = new Quota("api", 100, Duration.ofSeconds(60));

    private final RedisClient observer;
    private final RedisSecurityStore store;
    private final Random random = new Random(1);
    private int live;

    private StoreGrowthBenchmark(RedisClient observer, RedisSecurityStore store) {
        this.observer = observer;
        this.store = store;
    }

    public static void main(String[] arguments) throws Exception {
        int port;
        try (ServerSocket socket = new ServerSocket(0)) {
            port = socket.getLocalPort();
        }
        RedisServer server = RedisServer.newRedisServer()
                .port(port)
                .bind("127.0.0.1")
                .setting("save \"\"")
                .build();
        server.start();
        StoreSettings settings = TestSettings.dev(
                        Path.of("unused"), Map.of("redis.host", "127.0.0.1", "redis.port", Integer.toString(port)))
                .store();
        try (RedisClient observer = RedisClient.create("127.0.0.1", port);
                RedisSecurityStore store = new RedisSecurityStore(settings, new Meters())) {
            new StoreGrowthBenchmark(observer, store).run();
        } finally {
            server.stop();
        }
    }

    private void run() {
        long nothing = memory();
        IntStream.range(0, 20_000).parallel().forEach(this::openLong);
        System.out.printf(
                "bytes of a session whose every field is at its longest: %d%n%n", (memory() - nothing) / 20_000);
        observer.flushAll();
        System.out.println(
                "| live sessions | bytes per session | per burnt token | admit, proven | admit, bare | refresh |"
                        + " open | end | keys without TTL | connections |");
        System.out.println("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |");
        long empty = memory();
        for (int size : LIVE) {
            IntStream.range(live, size).parallel().forEach(this::open);
            live = size;
            long perSession = (memory() - empty) / size;
            String admitProven = timed(i -> admit(some(), true, API));
            long before = memory();
            IntStream.range(0, BURNT).parallel().forEach(i -> admit(i % live, false, UNLIMITED));
            long perToken = (memory() - before) / BURNT;
            String admitBare = timed(i -> admit(some(), false, API));
            String refresh = timed(i -> refresh(some()));
            String open = timed(i -> open(live + i));
            String end = timed(i -> store.end(user(live + i), sid(live + i)));
            System.out.printf(
                    "| %,d | %d | %d | %s | %s | %s | %s | %s | %d | %d |%n",
                    size,
                    perSession,
                    perToken,
                    admitProven,
                    admitBare,
                    refresh,
                    open,
                    end,
                    number("db0:keys=(\\d+)") - number("db0:.*expires=(\\d+)"),
                    number("connected_clients:(\\d+)") - 1);
            forgetTokensAndQuotas();
        }
        observer.executeCommand(new CommandArguments(Protocol.Command.CONFIG).add("RESETSTAT"));
        IntStream.range(0, 1_000).forEach(i -> admit(i, true, API));
        System.out.printf(
                "%nround trips of 1000 admitted requests: %d (evalsha)%n", number("cmdstat_evalsha:calls=(\\d+)"));
        IntStream.range(0, 64).parallel().forEach(i -> admit(i, true, API));
        System.out.printf("sessions as the gauge counts them: %,d%n", store.liveSessions());
    }

    /** The next size begins without what this one has measured. */
    private void forgetTokensAndQuotas() {
        for (int i = 0; i < live; i++) {
            // quotas and burnt tokens run out by themselves; here there is no time for it
            if (i < BURNT) {
                observer.del("auth1:{" + user(i) + "}:api");
            }
        }
        observer.scanIteration(10_000, "auth1:*:jti:*")
                .collect(new java.util.ArrayList<>())
                .forEach(observer::del);
        observer.scanIteration(10_000, "auth1:*:api")
                .collect(new java.util.ArrayList<>())
                .forEach(observer::del);
    }

    /** As after a sign-in. */
    private void open(int i) {
        Instant now = Instant.now();
        store.open(
                SessionRecord.first(
                        user(i), sid(i), hash(i), ZERO, now, now.plus(Duration.ofDays(30)), "203.0.113.177", AGENT),
                WEEK);
    }

    /** With every field at its longest, as after many refreshes with idempotency keys. */
    private void openLong(int i) {
        Instant now = Instant.now();
        TokenFamily family = new TokenFamily(
                12, hash(i), now, hash(i + 1), hash(i + 2), "A".repeat(64), "n".repeat(16) + "b".repeat(64));
        store.open(
                new SessionRecord(
                        user(i),
                        sid(i),
                        family,
                        12,
                        0,
                        false,
                        ZERO,
                        now.plus(Duration.ofDays(30)),
                        now,
                        now,
                        "2001:db8:1234:5678:9abc:def0:1234:5678",
                        AGENT),
                WEEK);
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
                12,
                hash(i + gen),
                seen.family().live(),
                "n".repeat(16) + "b".repeat(64),
                hash(i - gen),
                new Device(seen.address(), seen.device()),
                WEEK));
    }

    private int some() {
        return random.nextInt(live);
    }

    /** Median and 99th percentile of microseconds, one after the other. */
    private static String timed(IntConsumer operation) {
        long[] nanos = new long[MEASURED];
        for (int i = 0; i < MEASURED; i++) {
            long start = System.nanoTime();
            operation.accept(i);
            nanos[i] = System.nanoTime() - start;
        }
        Arrays.sort(nanos);
        return nanos[MEASURED / 2] / 1000 + " / " + nanos[MEASURED * 99 / 100] / 1000 + " µs";
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
        return hash(i);
    }

    /** 43 characters, as the base64url of a SHA-256 has. */
    private static String hash(long i) {
        String digits = Long.toHexString(i * 0x9e37_79b9_7f4a_7c15L);
        return (digits + "x".repeat(43)).substring(0, 43);
    }
}
