package com.amplihack.auth.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.config.LockoutSettings;
import com.amplihack.auth.config.StoreSettings;
import com.amplihack.auth.config.TestSettings;
import com.amplihack.auth.config.type.ReplayMode;
import com.amplihack.auth.metrics.Meters;
import com.amplihack.auth.store.SessionStore.Commit;
import com.amplihack.auth.store.SessionStore.Device;
import com.amplihack.auth.store.SessionStore.Epoch;
import com.amplihack.auth.store.SessionStore.Rotation;
import com.amplihack.auth.store.SessionStore.Use;
import com.amplihack.auth.store.SessionStore.Verdict;
import com.amplihack.auth.store.budget.Budget;
import com.amplihack.auth.store.budget.Reserved;
import com.amplihack.auth.store.budget.TokenUsage;
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
import java.util.Set;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.AbstractPipeline;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.Protocol;
import redis.clients.jedis.RedisClient;
import redis.embedded.RedisServer;

class RedisStoreTest extends RedisStoreContract {
    private static final Epoch ZERO = new Epoch(0, 0);

    /** Counters begin with the time of day when they move: everybody's since 1970, a user's since 2026. */
    private static final long EVERYBODY = 1_895_000_000;

    private static final long USERS = EVERYBODY - 1_767_225_600;
    private static final String SALT = "sixteen-letters-";

    private static RedisServer server;
    private static RedisClient observer;
    private static StoreSettings settings;

    @BeforeAll
    static void start() throws IOException {
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
        settings = TestSettings.dev(
                        Path.of("unused"), Map.of("redis.host", "127.0.0.1", "redis.port", Integer.toString(port)))
                .store();
    }

    @AfterAll
    static void stop() throws IOException {
        observer.close();
        server.stop();
    }

    @Override
    StoreSettings settings() {
        return settings;
    }

    @Override
    void flush() {
        observer.flushAll();
    }

    @Test
    void everyKeyHasATimeToLiveAndAUsersKeysLieInOneSlot() {
        open();
        admit("t1", 1, false, ReplayMode.AUTO, FIVE);
        store.lookForRefresh(subject, sid, true, FIVE);
        store.lookForRefresh(subject, sid, false, FIVE);
        store.changeRights(subject);
        store.endAll(subject);
        store.endEverybody();
        store.open(session(store.epoch(subject), Duration.ofDays(30)), WEEK, MOST);
        observer.del(UserKeys.of(subject).index()); // as if it had expired: the rotation makes it anew
        store.rotate(rotation(1, store.epoch(subject), "second"));
        store.reserve(FIVE, "somebody");
        store.settle(store.reserve(FIVE, "somebody"), true);
        store.noteFailure(subject, new LoginFailure(subject, "ada", "locked", "192.0.2.1", "curl"));
        store.redeem(subject, "challenge", Duration.ofMinutes(5));
        lock(SHIPPED);
        store.unlock(account);
        lock(SHIPPED);
        store.failLogin(begin(account, device, SHIPPED), SHIPPED);
        begin(subject, Optional.empty(), SHIPPED);
        reserveFresh(30, 50, tokens(100), requests(5), budget(Budget.Scope.ROLE, "user", 90, 0, Budget.Window.DAY));
        store.settle(reserve(1, 1, tokens(100)).reserved().orElseThrow(), new TokenUsage(1, 0));

        Set<String> keys = observer.keys("*");
        for (String key : keys) {
            assertTrue(observer.pttl(key) > 0, key + " lives for ever");
        }
        String ofUser = UserKeys.of(subject).user() + ":";
        assertTrue(keys.stream().filter(key -> key.startsWith(ofUser)).count() >= 3, keys.toString());
        assertTrue(keys.stream().noneMatch(key -> key.contains(subject)), keys.toString());
    }

    @Test
    void whatIsNoSessionIsEndedWithTheOthers() {
        open();
        String broken = UserKeys.of(subject).session("broken");
        observer.set(broken, "text");
        observer.zadd(UserKeys.of(subject).index(), 4_102_444_800.0, "broken");

        assertEquals(1, store.endAll(subject));
        assertFalse(observer.exists(broken));
    }

    @Test
    void aLockIsRememberedForADayAfterItsEnd() {
        lock(SHIPPED);

        long left = observer.pttl(UserKeys.of(account).lock());

        long expected = SHIPPED.first().plus(LockoutSettings.MEMORY).toMillis();
        assertTrue(left <= expected && left > expected - 10_000, "ms: " + left);
    }

    @Test
    void whatCrashedIsAFailureWhenNobodyCanBeLookingAtItAnyMore() {
        String attempts = UserKeys.of(account).failures("");
        assertCrashedAttemptsAreFailures(() ->
                observer.zrange(attempts, 0, -1).forEach(attempt -> observer.zincrby(attempts, -60_000, attempt)));
    }

    @Test
    void aFailureKeepsTheTimeToLiveOfItsCounter() {
        guess(SHIPPED);

        long left = observer.pttl(UserKeys.of(account).failures(""));

        assertTrue(left > 0 && left <= SHIPPED.window().toMillis(), "ms: " + left);
    }

    @Test
    @Tag("fault-27")
    void anAttemptCostsTwoRoundTripsWhoeverItIsForAndHoweverItEnds() {
        guess(SHIPPED);
        store.giveBackLogin(begin(SHIPPED)); // teaches the scripts
        lock(BRIEF);
        for (int i = 0; i < 3; i++) {
            observer.executeCommand(new CommandArguments(Protocol.Command.CONFIG).add("RESETSTAT"));
            if (i == 0) {
                guess(BRIEF); // locked
            } else if (i == 1) {
                store.giveBackLogin(begin(account, device, BRIEF));
            } else {
                store.failLogin(begin(ADA, Optional.empty(), BRIEF), BRIEF);
            }
            String statistics = observer.info("commandstats");
            assertTrue(statistics.contains("cmdstat_evalsha:calls=2,"), statistics);
        }
    }

    @Test
    @Tag("fault-23")
    void twoNodesShareQuotasSessionsAndBurntTokens() {
        open();
        try (ScriptedStore other = new ScriptedStore(new RedisBackend(settings, new Meters()))) {
            for (int i = 0; i < 5; i++) {
                assertTrue((i % 2 == 0 ? store : other)
                        .reserve(FIVE, subject)
                        .taken()
                        .granted());
            }
            assertFalse(store.reserve(FIVE, subject).taken().granted());
            assertFalse(other.reserve(FIVE, subject).taken().granted());

            Use use = new Use(subject, sid, 1, "t1", false, ReplayMode.AUTO, TOKEN_LIFE);
            assertEquals(Verdict.ADMITTED, other.admit(use, UNLIMITED).verdict());
            assertEquals(Verdict.BARE_REPEAT, store.admit(use, UNLIMITED).verdict());
            assertTrue(other.end(subject, sid));
            assertEquals(Verdict.SESSION_OVER, store.admit(use, UNLIMITED).verdict());
        }
    }

    @Test
    void everyNodeKnowsWithinASecondThatEverybodysSessionsWereEnded() {
        open();
        try (ScriptedStore other = new ScriptedStore(new RedisBackend(settings, new Meters()))) {
            assertEquals(1, listed(other, subject).size());
            store.endEverybody();
            advance(Duration.ofMillis(600));
            assertEquals(List.of(), listed(other, subject));
        }
    }

    @Test
    void everyNodeKnowsWithinASecondThatAKeyIsDeadAndALostStoreBringsNoneBack() {
        try (ScriptedStore other = new ScriptedStore(new RedisBackend(settings, new Meters()))) {
            assertEquals(Set.of(), other.compromisedKeys());
            store.markCompromised(Set.of("one"));
            advance(Duration.ofMillis(600));
            assertEquals(Set.of("one"), other.compromisedKeys());
            assertTrue(observer.pttl("auth2:wide") > Duration.ofDays(365).toMillis());

            observer.del("auth2:wide");
            advance(Duration.ofMillis(600));
            assertEquals(Set.of("one"), other.compromisedKeys());
        }
    }

    @Test
    void aLostStoreWideCounterResurrectsNothingWhileANodeRemembersIt() {
        open();
        store.endEverybody();
        observer.del("auth2:wide");
        advance(Duration.ofMillis(600));

        assertEquals(Verdict.SESSION_OVER, admit("t1", true).verdict());
        assertTrue(observer.hexists("auth2:wide", "ended"), "the store knows it again");
    }

    /** docs/adr/0025: a session with its place in the index takes at most 730 bytes, whatever it is filled with. */
    @Test
    void aSessionIsSmallAlsoAfterManyRefreshes() {
        long opened = bytesOfASession(false);
        long filled = bytesOfASession(true);

        assertTrue(opened <= 610, "bytes after the sign-in: " + opened);
        assertTrue(filled <= 730, "bytes at most: " + filled);
        assertTrue(filled > opened);
    }

    /** @param full with every field at its longest, after a last refresh */
    private long bytesOfASession(boolean full) {
        int users = 2_000;
        Epoch epoch = full ? new Epoch(EVERYBODY + USERS, 0) : ZERO; // the sum, without a key for each user
        observer.hset("auth2:wide", "ended", Long.toString(epoch.ended()));
        advance(Duration.ofMillis(600));
        open(); // teaches the scripts
        store.rotate(rotation(1, ZERO, "second"));
        long before = memory();
        for (int i = 0; i < users; i++) {
            String user = UUID.randomUUID().toString();
            String sid = "S" + UUID.randomUUID().toString().repeat(2).substring(0, 42);
            SessionRecord session = smallest(user, sid, epoch);
            SessionRecord kept = full ? longest(session) : session;
            assertEquals(Commit.COMMITTED, store.open(kept, WEEK, MOST).commit());
            if (full) {
                Device device = new Device(kept.address(), kept.device());
                Rotation last =
                        new Rotation(kept, epoch, 30_001, 30_001, kept.family().live(), SALT, "name-2", device, WEEK);
                assertEquals(Commit.COMMITTED, store.rotate(last));
                observer.hset(UserKeys.of(user).session(sid), SessionFields.RIGHTS, Long.toString(USERS));
            }
        }
        return (memory() - before) / users;
    }

    private static SessionRecord smallest(String user, String sid, Epoch epoch) {
        Instant now = Instant.now();
        Instant end = now.plus(Duration.ofDays(30));
        return SessionRecord.first(user, sid, sid.substring(0, 22), epoch, now, end, "203.0.113.177", "curl/8.5.0");
    }

    private static SessionRecord longest(SessionRecord s) {
        TokenFamily family =
                new TokenFamily(30_000, s.family().live(), s.createdAt(), "name-9", "name-1".repeat(8), "");
        return new SessionRecord(
                s.subject(),
                s.sid(),
                family,
                30_000,
                30_000,
                true,
                s.epoch(),
                s.endsAt(),
                s.createdAt(),
                s.lastSeenAt(),
                "2001:db8:1234:5678:9abc:def0:1234:5678",
                "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, l",
                new SignInFacts(s.createdAt(), List.of("pwd", "otp", "mfa")));
    }

    private static long memory() {
        Matcher used = Pattern.compile("used_memory:(\\d+)").matcher(observer.info("memory"));
        assertTrue(used.find());
        return Long.parseLong(used.group(1));
    }

    @Test
    void manySessionsAreEstimated() {
        try (AbstractPipeline pipeline = observer.pipelined()) {
            for (int i = 0; i < 6_000; i++) {
                pipeline.setex("auth2:{" + i + "}:s:" + i, 3600, "x");
                pipeline.setex("auth2:{" + i + "}:s:" + i + ":refresh", 3600, "x");
                pipeline.setex("auth2:{" + i + "}:epoch", 3600, "x");
                pipeline.setex("other:{" + i + "}:s:" + i, 3600, "x");
            }
        }
        // a sample of ten thousand: the error is hardly ever over five percent
        assertEquals(6_000, store.liveSessions(), 900);
    }

    @Test
    @Tag("fault-8")
    void anAdmittedRequestIsOneRoundTrip() {
        open();
        admit("t1", true); // teaches the script
        observer.executeCommand(new CommandArguments(Protocol.Command.CONFIG).add("RESETSTAT"));

        for (int i = 0; i < 10; i++) {
            assertEquals(Verdict.ADMITTED, admit("t1", true).verdict());
        }

        String statistics = observer.info("commandstats");
        assertTrue(statistics.contains("cmdstat_evalsha:calls=10,"), statistics);
        assertTrue(!statistics.contains("cmdstat_eval:"), statistics);
    }

    /** A reservation adds nothing to the round trips of an admitted request. */
    @Test
    void aMeteredRequestIsOneRoundTripAndItsSettlementAnother() {
        Reserved reserved = reserveFresh(1, 1, tokens(100)).reserved().orElseThrow();
        store.settle(reserved, new TokenUsage(1, 1)); // teaches the scripts
        observer.executeCommand(new CommandArguments(Protocol.Command.CONFIG).add("RESETSTAT"));

        for (int i = 0; i < 10; i++) {
            store.settle(reserve(1, 1, tokens(100)).reserved().orElseThrow(), new TokenUsage(1, 1));
        }

        String statistics = observer.info("commandstats");
        assertTrue(statistics.contains("cmdstat_evalsha:calls=20,"), statistics);
    }

    @Test
    void aLostEpochResurrectsNoEndedSession() {
        open();
        store.endAll(subject);

        observer.del(UserKeys.of(subject).epoch());

        assertEquals(Verdict.SESSION_OVER, admit("t1", true).verdict());
        assertTrue(look().session().isEmpty());
    }

    @Test
    void aFlushedScriptCacheIsFilledAgain() {
        open();
        observer.scriptFlush("any");

        assertEquals(Verdict.ADMITTED, admit("t1", true).verdict());
    }

    @Test
    void theRecordStaysCompact() {
        open();

        assertEquals("ziplist", observer.objectEncoding(UserKeys.of(subject).session(sid)));
        assertEquals(new Epoch(0, 0), store.epoch(subject));
    }
}
