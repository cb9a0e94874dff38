package com.amplihack.auth.store;

import static com.amplihack.auth.store.SecurityStoreContract.ADA;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.config.LockoutSettings;
import com.amplihack.auth.config.StoreSettings;
import com.amplihack.auth.config.source.Secret;
import com.amplihack.auth.config.type.Quota;
import com.amplihack.auth.config.type.ReplayMode;
import com.amplihack.auth.config.type.StoreKind;
import com.amplihack.auth.metrics.Meters;
import com.amplihack.auth.store.SessionStore.Answer;
import com.amplihack.auth.store.SessionStore.Commit;
import com.amplihack.auth.store.SessionStore.Epoch;
import com.amplihack.auth.store.SessionStore.Use;
import com.amplihack.auth.store.SessionStore.Verdict;
import com.amplihack.auth.store.anchor.ChainAnchor;
import com.amplihack.auth.store.budget.Budget;
import com.amplihack.auth.store.budget.BudgetStore;
import com.amplihack.auth.store.budget.MeteredCall;
import com.amplihack.auth.store.budget.Reserved;
import com.amplihack.auth.store.budget.TokenUsage;
import com.amplihack.auth.store.budget.UsedBudget;
import com.amplihack.auth.store.redis.RedisBackend;
import com.amplihack.auth.store.script.ScriptedStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.exceptions.JedisDataException;

/** server-config/redis/users.acl lets the service do its work, and nothing else. */
class RedisAclTest {
    /** What the driver sends, by itself or because the store asks it to. */
    private static final Set<String> DRIVER = Set.of(
            "hello",
            "auth",
            "client|setname",
            "ping",
            "info",
            "scan",
            "dbsize",
            "role",
            "wait",
            "cluster|slots",
            "asking",
            "eval",
            "evalsha");

    private static TestRedis redis;

    @BeforeAll
    static void start() {
        redis = TestRedis.start();
    }

    @AfterAll
    static void stop() throws IOException {
        redis.close();
    }

    @Test
    void theListIsWhatScriptsAndDriverUse() throws IOException {
        Set<String> used = new TreeSet<>(DRIVER);
        try (Stream<Path> scripts = Files.list(Path.of("src/main/resources/lua"))) {
            for (Path script : scripts.toList()) {
                used.addAll(found("redis\\.p?call\\('(\\w+)'", Files.readString(script)));
            }
        }
        assertEquals(used, new TreeSet<>(found(" \\+(\\S+)", Files.readString(TestRedis.ACL))));
    }

    @Test
    void everyOperationOfTheStoreIsAllowed() {
        try (ScriptedStore store = new ScriptedStore(new RedisBackend(settings(), new Meters()))) {
            Duration minute = Duration.ofMinutes(1);
            Quota quota = new Quota("api", 10, minute);
            Instant now = Instant.now();
            store.ping();
            assertEquals(0, store.liveSessions());
            assertEquals(StoreInspection.GOOD, store.inspect(Instant.now()));
            Epoch epoch = new Epoch(0, 0);
            assertEquals(epoch, store.epoch(ADA));
            SessionRecord session =
                    SessionRecord.first(ADA, "s1", "live", epoch, now, now.plus(minute), "127.0.0.1", "a browser");
            assertEquals(
                    Commit.COMMITTED,
                    store.open(session, minute, SecurityStoreContract.MOST).commit());
            Use bare = new Use(ADA, "s1", 1, "jti", false, ReplayMode.AUTO, minute);
            assertEquals(Verdict.ADMITTED, store.admit(bare, quota).verdict());
            assertEquals(Verdict.BARE_REPEAT, store.admit(bare, quota).verdict());
            Use proven = new Use(ADA, "s1", 1, "jti2", true, ReplayMode.AUTO, minute);
            assertEquals(Verdict.ADMITTED, store.admit(proven, quota).verdict());
            assertTrue(store.lookForRefresh(ADA, "s1", true, quota).session().isPresent());
            SessionRecord seen = SecurityStoreContract.seen(ADA, "s1", 1);
            assertEquals(Commit.COMMITTED, store.answer(new Answer(seen, epoch, 1, SecurityStoreContract.KEY)));
            assertEquals(Commit.COMMITTED, store.rotate(SecurityStoreContract.rotation(seen, epoch, "next", "")));
            assertTrue(store.isAlive(ADA, "s1"));
            assertEquals(
                    Commit.COMMITTED,
                    store.renew(ADA, "s1", epoch, SignInFacts.password(now)).commit());
            store.beginSecondStep(new LoginStore.Pending(ADA, "p1", 0, 1, "client"), minute, 2);
            assertEquals(1, store.trySecondStep(ADA, "p1", "client").left());
            assertTrue(store.finishSecondStep(ADA, "p1"));
            assertEquals(1, SecurityStoreContract.listed(store, ADA).size());
            store.changeRights(ADA);
            assertTrue(store.end(ADA, "s1"));
            assertEquals(0, store.endAll(ADA));
            assertEquals(9, store.reserve(quota, "127.0.0.1").taken().remaining());
            assertEquals(
                    8, store.settle(store.reserve(quota, "127.0.0.1"), true).remaining());
            assertTrue(store.lift(quota, "127.0.0.1"));
            assertEquals(9, store.look(quota, "127.0.0.1").remaining());
            LoginFailure failure = new LoginFailure(ADA, "ada", "locked", "127.0.0.1", "a browser");
            store.noteFailure(ADA, failure);
            assertEquals(failure, store.failures(ADA).get(0).failure());
            assertEquals(failure, store.failures(0, 1).get(0).failure());
            LockoutSettings rules = new LockoutSettings(1, minute);
            store.giveBackLogin(store.beginLogin(ADA, Optional.of("device"), rules));
            assertTrue(store.failLogin(store.beginLogin(ADA, Optional.empty(), rules), rules)
                    .isPresent());
            assertTrue(store.lockedUntil(ADA).isPresent());
            assertTrue(store.unlock(ADA));
            assertTrue(store.redeem(ADA, "challenge", minute));
            Budget budget =
                    new Budget(Budget.Scope.ACCOUNT, "", OptionalLong.of(9), OptionalLong.of(9), Budget.Window.TOTAL);
            store.seed(ADA, List.of(new UsedBudget(budget, now, 0, 0)));
            MeteredCall call = new MeteredCall("", "gpt", 2, 3, List.of(budget), minute);
            Reserved reserved =
                    Reservations.reserve(store, ADA, call, now).reserved().orElseThrow();
            store.extend(reserved, minute);
            store.settle(reserved, new TokenUsage(1, 1));
            store.usageSaved(ADA, store.unsavedUsage(ADA));
            assertEquals(List.of(), store.forgottenUsers());
            store.forget(new BudgetStore.CountedFor(ADA, now));
            store.recount(Set.of(ADA), Budget.Scope.ACCOUNT, "");
            assertEquals(List.of(), store.beat("one", "{}"));
            store.anchor("node", new ChainAnchor(1, "hash"));
            assertEquals(1, store.anchor("node").orElseThrow().seq());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "FLUSHALL",
                "FLUSHDB",
                "KEYS *",
                "CONFIG GET dir",
                "CONFIG SET dir /tmp",
                "ACL LIST",
                "SCRIPT FLUSH",
                "MONITOR",
                "CLIENT LIST",
                "DEBUG SLEEP 0",
                "SHUTDOWN",
                "GET auth1:other",
                "SET other value"
            })
    void everythingElseIsRefused(String command) {
        assertTrue(refusal(command.split(" ")).startsWith("NOPERM"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"redis.call('SET', 'other', '1')", "redis.call('FLUSHALL')", "redis.call('KEYS', '*')"})
    void aScriptMayDoNoMore(String script) {
        String refusal = refusal("EVAL", script, "0");
        assertTrue(refusal.contains("The user executing the script can't"), refusal);
    }

    @Test
    void withoutTheUserNothingIsAllowed() {
        try (Jedis stranger = client(DefaultJedisClientConfig.builder())) {
            JedisDataException refused = assertThrows(JedisDataException.class, stranger::ping);
            assertTrue(refused.getMessage().startsWith("NOAUTH"), refused.getMessage());
            assertThrows(JedisDataException.class, () -> stranger.auth("default", ""));
            assertThrows(JedisDataException.class, () -> stranger.auth(TestRedis.USER, "another password"));
        }
    }

    private static String refusal(String... command) {
        try (Jedis client =
                client(DefaultJedisClientConfig.builder().user(TestRedis.USER).password(redis.password()))) {
            String[] arguments = List.of(command).subList(1, command.length).toArray(String[]::new);
            return assertThrows(
                            JedisDataException.class,
                            () -> client.sendCommand(() -> command[0].getBytes(StandardCharsets.US_ASCII), arguments))
                    .getMessage();
        }
    }

    private static Jedis client(DefaultJedisClientConfig.Builder config) {
        return new Jedis(
                new HostAndPort("127.0.0.1", redis.port()),
                config.autoNegotiateProtocol(false).build());
    }

    private static Set<String> found(String pattern, String text) {
        return Pattern.compile(pattern)
                .matcher(text)
                .results()
                .map((MatchResult match) -> match.group(1).toLowerCase(Locale.ROOT))
                .collect(Collectors.toSet());
    }

    private static StoreSettings settings() {
        return new StoreSettings(
                StoreKind.REDIS,
                Optional.empty(),
                "127.0.0.1",
                redis.port(),
                Optional.of(TestRedis.USER),
                Optional.of(Secret.of(redis.password())),
                false,
                2,
                Duration.ofMillis(600),
                Optional.empty(),
                List.of(),
                Optional.empty(),
                Optional.empty(),
                List.of(),
                Map.of());
    }
}
