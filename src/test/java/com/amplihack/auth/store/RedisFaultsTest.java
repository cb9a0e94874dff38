package com.amplihack.auth.store;

import static com.amplihack.auth.store.SecurityStoreContract.ADA;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.config.LockoutSettings;
import com.amplihack.auth.config.TestSettings;
import com.amplihack.auth.config.type.Quota;
import com.amplihack.auth.config.type.ReplayMode;
import com.amplihack.auth.metrics.Meters;
import com.amplihack.auth.store.SessionStore.Commit;
import com.amplihack.auth.store.SessionStore.Epoch;
import com.amplihack.auth.store.SessionStore.Use;
import com.amplihack.auth.store.SessionStore.Verdict;
import com.amplihack.auth.store.redis.RedisBackend;
import com.amplihack.auth.store.script.ScriptedStore;
import com.amplihack.auth.store.script.SessionFields;
import com.amplihack.auth.store.script.UserKeys;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.Protocol;
import redis.clients.jedis.RedisClient;
import redis.embedded.RedisServer;

@Tag("fault-22")
class RedisFaultsTest {
    private static final int POOL = 8;
    private static final Quota UNLIMITED = new Quota("api", 0, Duration.ofSeconds(60));
    private static final Quota FIVE = new Quota("five", 5, Duration.ofSeconds(60));

    private final String subject = UUID.randomUUID().toString();
    private final String sid = "session";
    private int port;
    private RedisServer server;
    private FaultProxy proxy;
    private ScriptedStore store;

    @BeforeEach
    void start() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            port = socket.getLocalPort();
        }
        server = redis();
        proxy = new FaultProxy(port);
        store = store();
        Instant now = Instant.now();
        store.open(
                SessionRecord.first(
                        subject, sid, "first", new Epoch(0, 0), now, now.plusSeconds(3600), "192.0.2.1", "Test"),
                Duration.ofDays(1),
                SecurityStoreContract.MOST);
    }

    @AfterEach
    void stop() throws IOException {
        store.close();
        proxy.close();
        server.stop();
    }

    @Test
    void whatDoesNotAnswerIsUnavailableInTimeAndBackAgainAfterwards() {
        for (Runnable fault : new Runnable[] {proxy::refuse, proxy::swallow}) {
            fault.run();
            Instant start = Instant.now();
            StoreUnavailableException failure =
                    assertThrows(StoreUnavailableException.class, () -> store.epoch(subject));
            Duration took = Duration.between(start, Instant.now());

            assertEquals(503, failure.code().status());
            assertTrue(failure.headers().containsKey("Retry-After"));
            assertTrue(took.compareTo(Duration.ofSeconds(2)) < 0, "took " + took);
            proxy.pass();
            assertBackInTime();
        }
    }

    @Test
    void whileRedisIsSilentItIsHardlyAskedAndNothingPilesUp() throws Exception {
        proxy.swallow();
        int before = proxy.connections();

        List<Boolean> refused = SecurityStoreContract.race(100, i -> () -> isRefused(() -> store.epoch(subject)));

        assertTrue(refused.stream().allMatch(Boolean::booleanValue));
        int asked = proxy.requests();
        IntStream.range(0, 200).forEach(i -> assertTrue(isRefused(() -> store.end(subject, sid))));
        assertTrue(proxy.requests() - asked <= 6, "asked " + (proxy.requests() - asked) + " times");
        assertTrue(proxy.connected() <= POOL, "connected " + proxy.connected());
        assertTrue(proxy.connections() - before <= 3 * POOL, "connections " + (proxy.connections() - before));
    }

    @Test
    void aCrowdThatFindsNoFreeConnectionDoesNotOpenTheBreaker() throws Exception {
        proxy.slow(Duration.ofMillis(60)); // eight connections are not enough for two hundred within half a second

        List<Boolean> refused = SecurityStoreContract.race(200, i -> () -> isRefused(() -> store.epoch(subject)));

        assertTrue(refused.contains(true), "nobody had to wait");
        assertEquals(new Epoch(0, 0), store.epoch(subject));
    }

    @Test
    void itIsBackByItselfWhenConnectionsDiedWithoutATrace() throws Exception {
        proxy.slow(Duration.ofMillis(100)); // so that each asks on a connection of its own
        SecurityStoreContract.race(POOL, i -> () -> store.epoch(subject));
        proxy.slow(Duration.ZERO);
        proxy.swallow();
        IntStream.range(0, 6).forEach(i -> assertTrue(isRefused(() -> store.epoch(subject))));
        proxy.forgetOpenConnections();
        Thread.sleep(1100); // now it may ask again, and meets none of the dead

        IntStream.range(0, 50).forEach(i -> assertEquals(new Epoch(0, 0), store.epoch(subject)));
    }

    /** What Redis answers whoever asks: nobody can be served, so nobody asks. */
    static Stream<Consumer<RedisClient>> refusalsOfEverybody() {
        return Stream.of(
                operator -> operator.executeCommand(new CommandArguments(Protocol.Command.REPLICAOF)
                        .add("127.0.0.1")
                        .add("1")),
                operator -> operator.executeCommand(new CommandArguments(Protocol.Command.CONFIG)
                        .add("SET")
                        .add("maxmemory")
                        .add("1")));
    }

    @ParameterizedTest
    @MethodSource
    void refusalsOfEverybody(Consumer<RedisClient> fault) throws Exception {
        try (RedisClient operator = RedisClient.create("127.0.0.1", port);
                LoggedLines log = new LoggedLines("com.amplihack.auth.store")) {
            fault.accept(operator);
            List<Boolean> refused = SecurityStoreContract.race(20, i -> () -> isRefused(() -> store.endAll(subject)));
            assertTrue(refused.stream().allMatch(Boolean::booleanValue));
            int asked = proxy.requests();
            IntStream.range(0, 200).forEach(i -> assertTrue(isRefused(() -> store.endAll(subject))));

            assertTrue(proxy.requests() - asked <= 12, "asked " + (proxy.requests() - asked) + " times");
            List<String> crowd = log.lines().stream()
                    .filter(line -> line.contains("Could not get a resource from the pool"))
                    .toList();
            assertTrue(crowd.size() <= 1, crowd + " of the race");
            assertTrue(log.lines().size() - crowd.size() <= 2, log.lines().toString());
        }
        server.stop();
        server = redis();
        assertBackInTime();
    }

    @Test
    void whatOneUsersBrokenRecordBringsAboutIsLoggedOnce() {
        try (RedisClient operator = RedisClient.create("127.0.0.1", port);
                LoggedLines log = new LoggedLines("com.amplihack.auth.store")) {
            operator.set(UserKeys.of(subject).epoch(), "no hash");
            operator.hset(UserKeys.of(ADA).session("s"), Map.of("e", "0", "x", "4102444800000"));

            IntStream.range(0, 100).forEach(i -> assertTrue(isRefused(() -> store.epoch(subject))));
            IntStream.range(0, 100)
                    .forEach(i -> assertTrue(isRefused(() -> store.lookForRefresh(ADA, "s", true, UNLIMITED))));

            assertEquals(2, log.lines().size(), log.lines().toString());
        }
    }

    @Test
    void oneUsersBrokenRecordRefusesNobodyElse() {
        String other = UUID.randomUUID().toString();
        try (RedisClient operator = RedisClient.create("127.0.0.1", port)) {
            operator.set(UserKeys.of(subject).epoch(), "no hash");
        }
        IntStream.range(0, 50).forEach(i -> assertTrue(isRefused(() -> store.epoch(subject))));

        assertEquals(new Epoch(0, 0), store.epoch(other));
    }

    /** What may stand under a key of ours, put there by somebody else or by a version that is not understood. */
    static Stream<Consumer<RedisClient>> garbage() {
        return Stream.of(
                redis -> redis.set(SESSION, "text"),
                redis -> redis.del(SESSION),
                redis -> redis.hdel(SESSION, SessionFields.LIVE),
                redis -> redis.hset(SESSION, SessionFields.ENDS_AT, "soon"),
                redis -> redis.hset(SESSION, SessionFields.GEN, "one"),
                redis -> redis.hset(SESSION, SessionFields.MIN_GEN, "one"),
                redis -> redis.hset(SESSION, SessionFields.CREATED_AT, "x".repeat(100_000)),
                redis -> redis.set(USER + ":epoch", "text"),
                redis -> redis.hset(USER + ":epoch", "ended", "x"),
                redis -> redis.hset(USER + ":epoch", "rights", "x"),
                redis -> redis.set(USER + ":index", "text"),
                redis -> redis.set(USER + ":api", "text"),
                redis -> redis.lpush(USER + ":jti:t1", "text"),
                redis -> redis.set(USER + ":lock", "text"),
                redis -> redis.hset(USER + ":lock", "until", "later"),
                redis -> redis.set(USER + ":failures", "text"),
                redis -> redis.set("auth2:wide", "text"),
                redis -> redis.hset("auth2:wide", "ended", "x"));
    }

    private static final String USER = UserKeys.of(ADA).user();
    private static final String SESSION = USER + ":s:s";

    @ParameterizedTest
    @MethodSource
    void garbage(Consumer<RedisClient> damage) {
        Instant now = Instant.now();
        SessionRecord session = SessionRecord.first(
                ADA, "s", "first", new Epoch(0, 0), now, now.plusSeconds(3600), "192.0.2.1", "Test");
        LockoutSettings rules = new LockoutSettings(1, Duration.ofMinutes(15));
        store.open(session, Duration.ofDays(1), SecurityStoreContract.MOST);
        try (RedisClient operator = RedisClient.create("127.0.0.1", port);
                ScriptedStore fresh = store()) {
            damage.accept(operator);
            SessionRecord seen = SecurityStoreContract.seen(ADA, "s", 1);
            Use use = new Use(ADA, "s", 1, "t1", false, ReplayMode.AUTO, Duration.ofMinutes(15));
            List<Runnable> operations = List.of(
                    () -> fresh.epoch(ADA),
                    () -> fresh.admit(use, FIVE),
                    () -> fresh.lookForRefresh(ADA, "s", true, FIVE),
                    () -> fresh.answer(new SessionStore.Answer(seen, new Epoch(0, 0), 1, SecurityStoreContract.KEY)),
                    () -> fresh.rotate(SecurityStoreContract.rotation(seen, new Epoch(0, 0), "next", "")),
                    () -> SecurityStoreContract.listed(fresh, ADA),
                    () -> fresh.lockedUntil(ADA),
                    () -> fresh.failLogin(fresh.beginLogin(ADA, Optional.empty(), rules), rules),
                    () -> fresh.unlock(ADA),
                    () -> fresh.end(ADA, "s"),
                    () -> fresh.endAll(ADA),
                    fresh::endEverybody);
            long refused = operations.stream().filter(this::isRefused).count(); // any other exception fails the test
            assertTrue(
                    refused < operations.size()
                            || operator.type("auth2:wide").equals("string")
                            || operator.hexists("auth2:wide", "ended"),
                    "some of them need not what is broken");
        }
    }

    @Test
    void aUseWhoseAnswerWasLostIsTheSameUseAndNoReplay() {
        proxy.loseTheNextAnswer();

        assertEquals(Verdict.ADMITTED, use().verdict());
        assertEquals(Verdict.BARE_REPEAT, use().verdict(), "a second use is a second use");
    }

    @Test
    void aRotationWhoseAnswerWasLostIsCommittedOnce() {
        proxy.loseTheNextAnswer();

        assertEquals(
                Commit.COMMITTED,
                store.rotate(SecurityStoreContract.rotation(
                        SecurityStoreContract.seen(subject, sid, 1), new Epoch(0, 0), "second", "")));
        assertEquals(
                2,
                store.lookForRefresh(subject, sid, true, UNLIMITED)
                        .session()
                        .orElseThrow()
                        .family()
                        .gen());
    }

    @Test
    void aLoginWhoseAnswersWereLostCountsOnceAndTellsItsLock() {
        LockoutSettings rules = new LockoutSettings(2, Duration.ofMinutes(15));
        store.epoch(subject); // what is store-wide is known now: the next answer is the attempt's
        proxy.loseTheNextAnswer();
        LoginAttempt first = store.beginLogin(subject, Optional.empty(), rules);
        LoginAttempt second = store.beginLogin(subject, Optional.empty(), rules);

        assertTrue(first.admitted() && second.admitted(), "the first took one of two");
        store.failLogin(first, rules);
        store.unlock(subject);
        LoginAttempt third = store.beginLogin(subject, Optional.empty(), rules);
        LoginAttempt fourth = store.beginLogin(subject, Optional.empty(), rules);
        proxy.loseTheNextAnswer();
        assertEquals(Optional.empty(), store.failLogin(third, rules), "one failure, and counted once");
        proxy.loseTheNextAnswer();
        assertTrue(store.failLogin(fourth, rules).isPresent(), "told though the lock stood when it was asked again");
        assertEquals(Optional.empty(), store.failLogin(third, rules), "and told once");
    }

    @Test
    void aTakeWhoseAnswerWasLostCountsOnce() {
        proxy.loseTheNextAnswer();

        assertEquals(4, store.reserve(FIVE, "somebody").taken().remaining());
    }

    @Test
    void aPoolOfBrokenConnectionsFailsNoRequest() throws Exception {
        SecurityStoreContract.race(20, i -> () -> store.epoch(subject));
        server.stop();
        server = redis();

        store.ping();
        IntStream.range(0, 30).forEach(i -> assertEquals(new Epoch(0, 0), store.epoch(subject)));
    }

    private boolean isRefused(Runnable operation) {
        try {
            operation.run();
            return false;
        } catch (StoreUnavailableException refused) {
            return true;
        }
    }

    /** The ten seconds that docs/outage-policy.md promises. */
    private void assertBackInTime() {
        Instant deadline = Instant.now().plusSeconds(10);
        while (isRefused(() -> store.epoch(subject))) {
            assertTrue(Instant.now().isBefore(deadline), "still refused after ten seconds");
        }
        assertEquals(new Epoch(0, 0), store.epoch(subject));
    }

    private ScriptedStore store() {
        return new ScriptedStore(new RedisBackend(
                TestSettings.dev(
                                Path.of("unused"),
                                Map.of(
                                        "redis.host",
                                        "127.0.0.1",
                                        "redis.port",
                                        Integer.toString(proxy.port()),
                                        "redis.pool.max",
                                        Integer.toString(POOL)))
                        .store(),
                new Meters()));
    }

    private SessionStore.Admission use() {
        return store.admit(new Use(subject, sid, 1, "t1", false, ReplayMode.AUTO, Duration.ofMinutes(15)), UNLIMITED);
    }

    private RedisServer redis() throws IOException {
        RedisServer fresh = RedisServer.newRedisServer()
                .port(port)
                .bind("127.0.0.1")
                .setting("save \"\"")
                .build();
        fresh.start();
        return fresh;
    }
}
