package com.amplihack.auth.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.http.Client.Answer;
import com.amplihack.auth.store.FaultProxy;
import com.amplihack.auth.store.TestRedis;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import redis.clients.jedis.Jedis;

/** Each row of docs/outage-policy.md, brought about on a Redis and a server of its own. */
@Tag("fault-22")
@Tag("one-store")
class OutageIT {
    private static final int POOL = 16;

    private static final Duration LONGEST = Duration.ofSeconds(2);

    /** Of what does not ask Redis, in milliseconds. */
    private static final long AT_ONCE = 200;

    private static final int CLIENTS = 60;

    private static final Duration RECOVERY = Duration.ofSeconds(10);

    private static final Path HOME = ServerProcess.freshDirectory("outage");

    private static TestRedis redis;
    private static FaultProxy proxy;
    private static ServerProcess server;
    private static byte[] backup;

    @BeforeAll
    static void start() throws IOException {
        redis = TestRedis.start("always");
        proxy = new FaultProxy(redis.port());
        server = ServerProcess.start(
                        ServerProcess.freePort(),
                        Map.ofEntries(
                                Map.entry("mp.config.profile", "dev"),
                                Map.entry("auth.home", HOME.toString()),
                                Map.entry("auth.store", "redis"),
                                Map.entry("redis.host", "127.0.0.1"),
                                Map.entry("redis.port", Integer.toString(proxy.port())),
                                Map.entry("redis.username", TestRedis.USER),
                                Map.entry("redis.password", redis.password()),
                                Map.entry("redis.pool.max", Integer.toString(POOL)),
                                Map.entry("auth.api.limit", "1000000"),
                                Map.entry("jwt.key.size", "2048")),
                        Map.of())
                .ready();
    }

    /** A test that fails may leave the breaker open: the next must not find it so. */
    @AfterEach
    void recover() {
        await(() -> new Client(server.port()).get("/health/ready").send().status() == 200);
    }

    @AfterAll
    static void stop() throws IOException {
        server.close();
        proxy.close();
        redis.close();
    }

    /** How a fault is brought about and ended; the names are those of the table. */
    private enum Fault {
        KILLED("killed") {
            @Override
            void begin(Session hit) throws IOException {
                redis.kill();
            }

            @Override
            void end() throws IOException {
                redis.restart();
            }
        },
        RESTARTED("restarted with its data") {
            @Override
            void begin(Session hit) throws IOException {
                redis.kill();
                redis.restart();
            }
        },
        EMPTIED("restarted without its data") {
            @Override
            void begin(Session hit) throws IOException {
                redis.kill();
                redis.loseData();
                redis.restart();
            }
        },
        ROLLED_BACK("restarted with older data") {
            @Override
            void begin(Session hit) throws IOException {
                redis.kill();
                redis.putBack(backup);
                redis.restart();
            }
        },
        PAUSED("paused") {
            @Override
            void begin(Session hit) {
                redis.pause();
            }

            @Override
            void end() {
                redis.goOn();
            }
        },
        HALF_OPEN("half-open") {
            @Override
            void begin(Session hit) {
                proxy.swallow();
            }

            @Override
            void end() {
                proxy.forgetOpenConnections();
            }
        },
        SLOW("slow by 200 ms") {
            @Override
            void begin(Session hit) {
                proxy.slow(Duration.ofMillis(200));
            }
        },
        VERY_SLOW("slow by 3 s") {
            @Override
            void begin(Session hit) {
                proxy.slow(Duration.ofSeconds(3));
            }
        },
        READ_ONLY("read-only") {
            @Override
            void begin(Session hit) {
                operate(redis -> redis.replicaof("127.0.0.1", 1));
            }

            @Override
            void end() {
                operate(Jedis::replicaofNoOne);
            }
        },
        OUT_OF_MEMORY("out of memory") {
            @Override
            void begin(Session hit) {
                operate(redis -> redis.configSet("maxmemory", "1"));
            }

            @Override
            void end() {
                operate(redis -> redis.configSet("maxmemory", "512mb"));
            }
        },
        LOADING("loading") {
            @Override
            void begin(Session hit) {
                redis.load(Duration.ofSeconds(8));
            }

            @Override
            void end() {
                redis.loaded();
            }
        },
        WRONG_TYPE("a wrong type under the session") {
            @Override
            void begin(Session hit) {
                operate(redis -> redis.set(recordOf(hit), "text"));
            }
        },
        GARBAGE("garbage in the session") {
            @Override
            void begin(Session hit) {
                operate(redis -> redis.hset(recordOf(hit), "x", "soon"));
            }
        },
        CUT("connections cut each second") {
            private Thread scissors;

            @Override
            void begin(Session hit) {
                scissors = new Thread(() -> {
                    while (!Thread.currentThread().isInterrupted()) {
                        proxy.cut();
                        try {
                            Thread.sleep(1000);
                        } catch (InterruptedException enough) {
                            Thread.currentThread().interrupt();
                        }
                    }
                });
                scissors.start();
            }

            @Override
            void end() {
                scissors.interrupt();
            }
        };

        private final String name;

        Fault(String name) {
            this.name = name;
        }

        abstract void begin(Session hit) throws IOException;

        void end() throws IOException {
            proxy.pass();
        }

        private static void operate(java.util.function.Consumer<Jedis> work) {
            try (Jedis operator = redis.operator()) {
                work.accept(operator);
            }
        }

        private static String recordOf(Session session) {
            try (Jedis operator = redis.operator()) {
                return operator.keys("*:s:" + session.claims().getString("sid"))
                        .iterator()
                        .next();
            }
        }

        @Override
        public String toString() {
            return name;
        }
    }

    @Test
    void everyRowIsTested() throws IOException {
        assertEquals(
                Arrays.stream(Fault.values()).map(Fault::toString).toList(),
                List.copyOf(documented().keySet()));
    }

    @ParameterizedTest
    @MethodSource("faults")
    void isAsDocumented(Fault fault) throws IOException {
        List<String> expected = documented().get(fault.toString());
        Session admin = Session.of(server, "admin", server.firstPassword());
        Session hit = newUser(admin);
        Session bystander = newUser(admin);
        Session ended = newUser(admin);
        Session burnt = newUser(admin);
        backup = redis.backUp();
        assertEquals(200, logout(ended).status());
        assertEquals(200, burnt.bareUser().status());

        fault.begin(hit);
        Map<String, String> answers = new LinkedHashMap<>();
        answers.put("request", timed(hit::user, answers));
        List<Long> meanwhile = othersGoOn();
        answers.put("refresh", timed(hit::refresh, answers));
        String logout = timed(() -> logout(hit), answers);
        answers.put("sign-out", logout);
        answers.put("sign-in", timed(() -> login(hit.username), answers));
        meanwhile.addAll(othersGoOn());
        fault.end();

        assertEquals(expected, answers.values().stream().map(OutageIT::status).toList(), answers.toString());
        Duration recovery = recovery(bystander);
        Collections.sort(meanwhile);
        System.out.printf(
                "| %s | %s | %d ms, at most %d ms | %.1f s |%n",
                fault,
                String.join(" | ", answers.values()),
                meanwhile.get(meanwhile.size() / 2),
                meanwhile.get(meanwhile.size() - 1),
                recovery.toMillis() / 1000.0);
        assertAtOnce(meanwhile);

        assertEquals(fault == Fault.EMPTIED ? 401 : 200, bystander.user().status(), "of somebody else");
        boolean rolledBack = fault == Fault.ROLLED_BACK;
        assertEquals(rolledBack ? 200 : 401, ended.user().status(), "a session that was ended");
        assertEquals(rolledBack ? 200 : 401, burnt.bareUser().status(), "a token that was used");
        if (status(logout).equals("200")) {
            assertEquals(401, hit.user().status(), "signed out is signed out");
        }
    }

    static Stream<Fault> faults() {
        return Arrays.stream(Fault.values());
    }

    /** As many clients as before, of a Redis that is silent: they hold no more threads or connections than one that answers. */
    @Test
    void aSilentRedisFillsNeitherThreadsNorConnections() throws Exception {
        Session admin = Session.of(server, "admin", server.firstPassword());
        List<Session> sessions = Stream.generate(() -> newUser(admin)).limit(10).toList();
        Crowd usual = new Crowd(sessions, Set.of(200, 503)); // some find no free connection on a busy machine
        proxy.swallow();
        Crowd stuck = new Crowd(sessions, Set.of(503));
        proxy.forgetOpenConnections();

        System.out.printf("%d clients: %s; at a silent Redis: %s%n", CLIENTS, usual, stuck);
        assertTrue(stuck.connections <= POOL, "connections " + stuck.connections);
        assertTrue(
                stuck.threads <= usual.threads + CLIENTS / 10, "threads " + stuck.threads + " after " + usual.threads);
        assertTrue(stuck.slowest < LONGEST.toMillis(), "the slowest of them took " + stuck.slowest + " ms");
        assertAtOnce(stuck.meanwhile);
        recovery(sessions.get(0));
    }

    /** {@value #CLIENTS} clients that ask twenty times each, and what the server needs for them. */
    private static final class Crowd {
        private final List<Long> meanwhile = new ArrayList<>();
        private int threads;
        private int connections;
        private long slowest;

        Crowd(List<Session> sessions, Set<Integer> expected) throws InterruptedException, ExecutionException {
            ExecutorService clients = Executors.newFixedThreadPool(CLIENTS);
            try {
                List<Future<Long>> asking = Stream.iterate(0, i -> i + 1)
                        .limit(CLIENTS)
                        .map(i -> clients.submit(() -> ask(sessions.get(i % sessions.size()), expected)))
                        .toList();
                do {
                    meanwhile.addAll(othersGoOn());
                    threads = Math.max(threads, server.threads());
                    connections = Math.max(connections, connected());
                } while (!asking.stream().allMatch(Future::isDone));
                for (Future<Long> asked : asking) {
                    slowest = Math.max(slowest, asked.get());
                }
                Collections.sort(meanwhile);
            } finally {
                clients.shutdownNow();
            }
        }

        /** Connections that are open for longer than the proxy takes to see that one was closed and another opened. */
        private static int connected() throws InterruptedException {
            int now = proxy.connected();
            if (now <= POOL) {
                return now;
            }
            Thread.sleep(50);
            return Math.min(now, proxy.connected());
        }

        /** The longest of twenty answers, in milliseconds. */
        private static long ask(Session session, Set<Integer> expected) {
            long longest = 0;
            for (int i = 0; i < 20; i++) {
                Instant start = Instant.now();
                Answer answer = session.user();
                assertTrue(expected.contains(answer.status()), answer::toString);
                longest =
                        Math.max(longest, Duration.between(start, Instant.now()).toMillis());
            }
            return longest;
        }

        @Override
        public String toString() {
            return threads + " threads, " + connections + " connections, the slowest answer " + slowest
                    + " ms, others at most " + meanwhile.get(meanwhile.size() - 1) + " ms";
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"PAUSED", "READ_ONLY"})
    void anOutageIsAuditedOnceAndSoIsItsEnd(Fault fault) throws IOException {
        Session session = newUser(Session.of(server, "admin", server.firstPassword()));
        await(() -> audited("away").size() == audited("back").size()); // of the fault before
        int before = audited("away").size();

        fault.begin(session);
        for (int i = 0; i < 30; i++) {
            assertEquals(503, session.user().status());
        }
        fault.end();

        await(() -> audited("back").size() > before);
        assertEquals(before + 1, audited("away").size(), "once, not for each request");
        assertEquals(before + 1, audited("back").size());
        JsonObject away = audited("away").get(before);
        assertEquals("critical", away.getString("severity"));
        assertEquals(
                fault == Fault.PAUSED ? "no_answer" : "READONLY",
                away.getJsonObject("details").getString("reason"));
        assertEquals("info", audited("back").get(before).getString("severity"));
        assertTrue(server.output().contains("SECURITY_AUDIT: " + away));
    }

    /** The entries that tell of a store that is away, or back. */
    private static List<JsonObject> audited(String state) {
        try {
            return Files.readAllLines(HOME.resolve("audit.jsonl")).stream()
                    .filter(line -> line.contains("\"event\":\"STORE_UNAVAILABLE\""))
                    .map(line -> new Answer(200, List.of(), line).json())
                    .filter(entry ->
                            entry.getJsonObject("details").getString("state").equals(state))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void readinessWarnsOfARedisThatForgets() {
        Client client = new Client(server.port());
        Fault.operate(operator -> operator.configSet("maxmemory-policy", "allkeys-lru"));
        try {
            Answer ready = client.get("/health/ready").send();
            assertEquals(200, ready.status());
            assertTrue(ready.body().contains("maxmemory-policy of Redis is allkeys-lru"), ready.body());
        } finally {
            Fault.operate(operator -> operator.configSet("maxmemory-policy", "noeviction"));
        }
        assertFalse(client.get("/health/ready").send().body().contains("maxmemory-policy"));
    }

    /** The table's rows: a fault and the four answers. */
    private static Map<String, List<String>> documented() throws IOException {
        Map<String, List<String>> rows = new LinkedHashMap<>();
        Files.readAllLines(Path.of("docs/outage-policy.md")).stream()
                .dropWhile(line -> !line.startsWith("| fault |"))
                .skip(2)
                .takeWhile(line -> line.startsWith("|"))
                .map(line -> line.split("\\|"))
                .forEach(cells -> rows.put(
                        cells[1].strip(),
                        Arrays.stream(cells, 2, 6).map(String::strip).toList()));
        return rows;
    }

    private static Session newUser(Session admin) {
        String username = "user-" + java.util.UUID.randomUUID();
        Session.make(admin, username, "user");
        return Session.of(server, username, Session.PASSWORD);
    }

    private static Answer logout(Session session) {
        return session.with(session.client.post("/auth/logout")).send();
    }

    private static Answer login(String username) {
        return Session.login(new Client(server.port()), username, Session.PASSWORD)
                .send();
    }

    private static String timed(Supplier<Answer> operation, Map<String, String> before) {
        Instant start = Instant.now();
        Answer answer = operation.get();
        Duration took = Duration.between(start, Instant.now());
        assertTrue(took.compareTo(LONGEST) < 0, "took " + took + " after " + before);
        if (answer.status() == 503) {
            assertEquals("store_unavailable", answer.error());
            assertTrue(answer.header("Retry-After").isPresent());
            assertEquals(List.of(), answer.headers("Set-Cookie"));
        }
        return answer.status() + " in " + took.toMillis() + " ms";
    }

    private static String status(String answer) {
        return answer.substring(0, 3);
    }

    /** Milliseconds that the key set, liveness and a page took, each three times. */
    private static List<Long> othersGoOn() {
        Client client = new Client(server.port());
        List<Long> millis = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            for (String path : List.of("/auth/jwks", "/health/live", "/amplihack-auth.js")) {
                Instant start = Instant.now();
                assertEquals(200, client.get(path).send().status(), path);
                millis.add(Duration.between(start, Instant.now()).toMillis());
            }
        }
        return millis;
    }

    /** One of them may meet a pause of the machine. */
    private static void assertAtOnce(List<Long> sortedMillis) {
        assertTrue(sortedMillis.get(sortedMillis.size() - 2) < AT_ONCE, "key set, liveness, page: " + sortedMillis);
    }

    private static void await(BooleanSupplier condition) {
        Instant end = Instant.now().plusSeconds(60);
        while (!condition.getAsBoolean()) {
            assertTrue(Instant.now().isBefore(end), "not within a minute");
            try {
                Thread.sleep(100);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static Duration recovery(Session session) {
        Instant start = Instant.now();
        while (session.user().status() == 503) {
            assertTrue(Instant.now().isBefore(start.plus(RECOVERY)), "no recovery within " + RECOVERY);
        }
        return Duration.between(start, Instant.now());
    }
}
