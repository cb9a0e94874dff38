package com.amplihack.auth.store.embedded;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.amplihack.auth.config.LockoutSettings;
import com.amplihack.auth.config.type.Quota;
import com.amplihack.auth.config.type.ReplayMode;
import com.amplihack.auth.store.KeyStore.KeyAdmission;
import com.amplihack.auth.store.KeyStore.KeyCopy;
import com.amplihack.auth.store.KeyStore.KeyUse;
import com.amplihack.auth.store.KeyStore.KeyVerdict;
import com.amplihack.auth.store.LoginAttempt;
import com.amplihack.auth.store.LoginFailure;
import com.amplihack.auth.store.LoginStore;
import com.amplihack.auth.store.OnRedis;
import com.amplihack.auth.store.QuotaStore;
import com.amplihack.auth.store.SessionPage;
import com.amplihack.auth.store.SessionRecord;
import com.amplihack.auth.store.SessionStore.Admission;
import com.amplihack.auth.store.SessionStore.Answer;
import com.amplihack.auth.store.SessionStore.Device;
import com.amplihack.auth.store.SessionStore.Epoch;
import com.amplihack.auth.store.SessionStore.Metered;
import com.amplihack.auth.store.SessionStore.RefreshView;
import com.amplihack.auth.store.SessionStore.Rotation;
import com.amplihack.auth.store.SessionStore.Use;
import com.amplihack.auth.store.SignInFacts;
import com.amplihack.auth.store.StoreInspection;
import com.amplihack.auth.store.StoreOutage;
import com.amplihack.auth.store.anchor.ChainAnchor;
import com.amplihack.auth.store.budget.Budget;
import com.amplihack.auth.store.budget.Budget.Scope;
import com.amplihack.auth.store.budget.Budget.Window;
import com.amplihack.auth.store.budget.BudgetStore.CountedFor;
import com.amplihack.auth.store.budget.HourlyUsage;
import com.amplihack.auth.store.budget.MeteredCall;
import com.amplihack.auth.store.budget.Reservation;
import com.amplihack.auth.store.budget.Reserved;
import com.amplihack.auth.store.budget.TokenUsage;
import com.amplihack.auth.store.budget.UsedBudget;
import com.amplihack.auth.store.script.ScriptedStore;
import com.amplihack.auth.store.script.StoreBackend;
import com.amplihack.auth.store.script.StoreOperation;
import com.amplihack.auth.store.script.UserKeys;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The same random operations run in this process and in a real Redis: every script answers the same, and both hold the
 * same afterwards. Both believe the clock of this test, which moves in steps; the keys in Redis age with it.
 */
class EmbeddedAgainstRedisTest extends OnRedis {
    private static final int OPERATIONS = 2_000;
    private static final int SELDOM = 5; // operations that are
    private static final long STEP = 10_000; // every time to live is a multiple of it
    private static final Quota UNLIMITED = new Quota("api", 0, Duration.ofSeconds(60));
    private static final Quota TWO = new Quota("api", 2, Duration.ofSeconds(60));
    private static final LockoutSettings RULES = new LockoutSettings(3, Duration.ofMinutes(5));
    private static final List<String> USERS =
            List.of("0ada0ada-0ada-4ada-8ada-0ada0ada0ada", "0b0b0b0b-0b0b-4b0b-8b0b-0b0b0b0b0b0b");

    private static final List<Budget> BUDGETS = List.of(
            new Budget(Scope.ACCOUNT, "", OptionalLong.of(5_000), OptionalLong.of(100), Window.DAY),
            new Budget(Scope.KEY, "key-0", OptionalLong.of(900_000_000_000_000L), OptionalLong.empty(), Window.MONTH),
            new Budget(Scope.ROLE, "user", OptionalLong.empty(), OptionalLong.of(300), Window.TOTAL));

    private static final Map<StoreOperation, Set<Object>> ANSWERS = new EnumMap<>(StoreOperation.class);

    private final Map<String, RefreshView> views = new HashMap<>();
    private final Map<String, String> versions = new HashMap<>();
    private final List<LoginAttempt> attempts = new ArrayList<>();
    private final List<Reserved> reserved = new ArrayList<>();
    private final Map<String, String> limits = new HashMap<>();
    private final Keyspace keyspace = new Keyspace(Long.MAX_VALUE);
    private final EmbeddedBackend embedded = new EmbeddedBackend(this::now, keyspace);
    private Instant now = Instant.parse("2026-06-01T12:00:00.123Z"); // a fraction, to see how numbers are written
    private ScriptedStore store;

    @BeforeEach
    void connect() {
        store = new ScriptedStore(new Both());
    }

    @AfterEach
    void disconnect() {
        store.close();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void theSameOperationsHaveTheSameAnswersAndLeaveTheSame(long seed) {
        Random random = new Random(seed);
        for (int i = 0; i < OPERATIONS; i++) {
            operate(random);
            if (i % 500 == 0) {
                IntStream.range(0, SELDOM).forEach(which -> doSeldom(random, which)); // not left to chance
            }
            if (i % 20 == 0) {
                operator.scriptFlush(); // each time is a script of its own there
                assertSameContent("after " + i + " operations");
            }
        }
    }

    /** Over all seeds: what time does to a run leaves some outcome out of one of them now and then. */
    @AfterAll
    static void everyOperationHadEachOfItsOutcomes() {
        assertEquals(
                Set.of(
                        "ADMITTED",
                        "SESSION_OVER",
                        "BARE_REPEAT",
                        "AFTER_PROOF",
                        "OVER_QUOTA",
                        "LIMITS_CHANGED",
                        "NO_BUDGET"),
                ANSWERS.get(StoreOperation.ADMIT));
        assertEquals(Set.of("COMMITTED", "MOVED", "SESSION_OVER"), ANSWERS.get(StoreOperation.ROTATE));
        assertEquals(Set.of("COMMITTED", "MOVED", "SESSION_OVER"), ANSWERS.get(StoreOperation.ANSWER));
        assertEquals(Set.of("COMMITTED", "MOVED"), ANSWERS.get(StoreOperation.OPEN));
        assertEquals(
                Stream.of(KeyVerdict.values()).map(Enum::name).collect(Collectors.toSet()),
                ANSWERS.get(StoreOperation.ADMIT_KEY));
        Set<StoreOperation> asked = new HashSet<>(List.of(StoreOperation.values()));
        // two without a script, and one that depends on real time and runs the script of KILL_KEYS
        asked.removeAll(Set.of(StoreOperation.PING, StoreOperation.COUNT, StoreOperation.WRITE_BACK));
        ANSWERS.remove(StoreOperation.WRITE_BACK);
        assertEquals(asked, ANSWERS.keySet());
    }

    private void operate(Random random) {
        String user = USERS.get(random.nextInt(USERS.size()));
        String sid = "sid-" + random.nextInt(3);
        String name = List.of("", "name-1", "name-2", "name-3").get(random.nextInt(4));
        String key = user + sid;
        RefreshView view = views.get(key);
        Quota quota = random.nextInt(3) == 0 ? UNLIMITED : TWO;
        switch (random.nextInt(54)) {
            case 0, 1, 2, 3 -> {
                Epoch epoch = random.nextInt(6) == 0 ? new Epoch(1, 1) : store.epoch(user);
                Instant end = now.truncatedTo(ChronoUnit.SECONDS).plus(time(random, 300)); // as the opening is
                store.open(
                        SessionRecord.first(user, sid, "hash", epoch, now, end, "192.0.2.1", "Test \u00fc"),
                        time(random, 300),
                        1 + random.nextInt(3));
            }
            case 4, 5, 6, 7, 8, 9, 10, 11, 12 -> {
                ReplayMode mode = ReplayMode.values()[random.nextInt(3)];
                String jti = "jti-" + random.nextInt(4);
                store.admit(
                        new Use(user, sid, random.nextInt(20), jti, random.nextInt(3) == 0, mode, time(random, 6)),
                        quota);
            }
            case 13, 14, 15, 16, 17 -> views.put(key, store.lookForRefresh(user, sid, random.nextBoolean(), quota));
            case 18, 19, 20, 21 -> {
                if (view != null && view.session().isPresent()) {
                    rotate(view, "salt" + random.nextInt(1_000), name, time(random, 300));
                    if (random.nextBoolean()) {
                        rotate(view, "salt" + random.nextInt(1_000), name, time(random, 300)); // lost a race
                    }
                }
            }
            case 22, 23, 24 -> {
                if (view != null && view.session().isPresent()) {
                    SessionRecord seen = view.session().get();
                    store.answer(new Answer(seen, view.epoch(), seen.issue() + random.nextInt(2), name));
                }
            }
            case 52 -> {
                SignInFacts facts = new SignInFacts(now, List.of("pwd", "otp", "mfa"));
                store.renew(user, sid, store.epoch(user), facts);
                store.signIn(user, sid);
            }
            case 53 -> {
                String pending = "pending-" + random.nextInt(2);
                if (random.nextInt(3) == 0) {
                    store.beginSecondStep(
                            new LoginStore.Pending(
                                    user, pending, store.epoch(user).ended(), 1, "client"),
                            time(random, 60),
                            2);
                }
                store.trySecondStep(user, pending, random.nextInt(5) == 0 ? "other" : "client");
                if (random.nextInt(4) == 0) {
                    store.finishSecondStep(user, pending);
                }
            }
            case 25 -> store.end(user, sid);
            case 26 -> {
                if (random.nextInt(3) == 0) {
                    store.endAll(user);
                } else if (random.nextInt(3) == 0) {
                    store.changeRights(user);
                }
            }
            case 27, 28 -> {
                SessionPage page = store.sessions(user, Optional.empty(), 1 + random.nextInt(2));
                page.next().ifPresent(place -> {
                    if (random.nextBoolean()) {
                        store.end(user, place.sid());
                    }
                    store.sessions(user, Optional.of(place), 2);
                });
            }
            case 29, 30 -> {
                String address = "address-" + random.nextInt(2);
                QuotaStore.Reservation reservation = store.reserve(TWO, address);
                if (reservation.taken().granted() && random.nextBoolean()) {
                    store.settle(reservation, random.nextBoolean());
                }
                store.look(TWO, address);
                if (random.nextInt(9) == 0) {
                    store.lift(TWO, address);
                }
                String reason = random.nextBoolean() ? "locked" : "wrong_password";
                store.noteFailure(user, new LoginFailure(random.nextBoolean() ? user : "", "ada", reason, address, ""));
                store.failures(user);
                store.failures(random.nextInt(3), 3);
                store.isAlive(user, sid);
            }
            case 31, 32, 33 -> {
                Optional<String> device = random.nextBoolean() ? Optional.of("device") : Optional.empty();
                attempts.add(store.beginLogin(user, device, RULES));
            }
            case 34, 35 -> {
                if (!attempts.isEmpty()) {
                    LoginAttempt attempt = attempts.remove(random.nextInt(attempts.size()));
                    if (random.nextInt(4) == 0) {
                        store.giveBackLogin(attempt);
                    } else {
                        store.failLogin(attempt, RULES);
                    }
                }
            }
            case 36 -> {
                store.lockedUntil(user);
                if (random.nextInt(3) == 0) {
                    store.unlock(user);
                }
                store.liveSessions();
                store.redeem(user, "challenge-" + random.nextInt(3), Duration.ofMillis(STEP * (1 + random.nextInt(5))));
            }
            case 37 -> doSeldom(random, random.nextInt(SELDOM));
            case 38, 39, 40, 41, 42, 43 -> useKey(random, user, quota);
            case 44, 45, 46, 47, 48, 49 -> meter(random, user, sid);
            default -> advance(STEP * (1 + random.nextInt(random.nextInt(20) == 0 ? 3_000 : 3)));
        }
    }

    private void useKey(Random random, String user, Quota quota) {
        String id = "key-" + random.nextInt(2);
        for (int use = 0; use < 4; use++) {
            String version = random.nextInt(9) == 0 ? "" : versions.getOrDefault(user + id, "");
            String hash = random.nextInt(9) == 0 ? "wrong" : "right";
            KeyAdmission decided = store.admitKey(
                    new KeyUse(user, id, hash, version, random.nextInt(9) > 0, "192.0.2.1"),
                    quota,
                    random.nextBoolean() ? Optional.of(call(random, id)) : Optional.empty());
            versions.put(user + id, decided.verdict() == KeyVerdict.CHANGED ? decided.version() : version);
            if (decided.verdict() == KeyVerdict.LEASED && random.nextInt(6) > 0) {
                Instant end = random.nextInt(6) == 0 ? now : now.plus(time(random, 20)); // some have just expired
                KeyCopy copy = new KeyCopy("right", end, "grant");
                boolean granted = random.nextInt(6) > 0;
                store.fillKey(user, id, decided.lease(), granted ? Optional.of(copy) : Optional.empty());
            }
        }
        switch (random.nextInt(40)) {
            case 0 -> store.killKey(user, id);
            case 1, 2 -> store.changeLimits(List.of(user));
            case 3, 4 -> store.keyUses(user, List.of("key-0", "key-1"));
            default -> {
                // seldom enough
            }
        }
    }

    private static MeteredCall call(Random random, String keyId) {
        List<Budget> budgets =
                BUDGETS.stream().filter(budget -> random.nextBoolean()).toList();
        return new MeteredCall(
                keyId,
                "model-" + random.nextInt(70),
                random.nextInt(100),
                random.nextInt(100),
                budgets,
                time(random, 20));
    }

    private void meter(Random random, String user, String sid) {
        MeteredCall call = call(random, "");
        Use use = new Use(user, sid, 20, "jti-" + random.nextInt(9), true, ReplayMode.AUTO, time(random, 6));
        Admission admission = store.admit(
                use,
                UNLIMITED,
                Optional.of(new Metered(random.nextInt(5) == 0 ? "stale" : limits.getOrDefault(user, ""), call)));
        limits.put(user, admission.limits());
        admission.reservation().ifPresent(reservation -> {
            reservation.reserved().ifPresent(reserved::add);
            if (reservation.outcome() == Reservation.Outcome.UNSEEDED) {
                store.seed(
                        user,
                        call.budgets().stream()
                                .map(budget -> new UsedBudget(budget, now, random.nextInt(50), random.nextInt(3)))
                                .toList());
            }
        });
        if (!reserved.isEmpty() && random.nextBoolean()) {
            Reserved one = reserved.get(random.nextInt(reserved.size())); // perhaps not for the first time
            switch (random.nextInt(4)) {
                case 0 -> store.giveBack(one);
                case 1 -> store.extend(one, time(random, 20));
                default -> store.settle(one, new TokenUsage(random.nextInt(200), random.nextInt(200)));
            }
        }
        switch (random.nextInt(12)) {
            case 0 -> store.recount(USERS, Scope.ROLE, "user");
            case 1 -> store.usageSaved(user, store.unsavedUsage(user));
            case 2 -> {
                List<HourlyUsage> stale = store.unsavedUsage(user);
                store.admit(use, UNLIMITED, Optional.of(new Metered(admission.limits(), call)));
                store.usageSaved(user, stale);
            }
            case 3 -> store.forgottenUsers().forEach(store::forget);
            case 4 -> store.forget(new CountedFor(user, now));
            default -> {
                // seldom enough
            }
        }
    }

    private void rotate(RefreshView view, String salt, String request, Duration life) {
        SessionRecord seen = view.session().orElseThrow();
        long gen = seen.family().gen() + 1;
        Device client = new Device("198.51.100.7", "Roaming/2.0");
        store.rotate(new Rotation(seen, view.epoch(), gen, seen.issue() + 1, "next", salt, request, client, life));
    }

    private void doSeldom(Random random, int which) {
        switch (which) {
            case 0 -> store.endEverybody();
            case 1 -> store.markCompromised(Set.of("kid-" + random.nextInt(3)));
            case 2 -> { // both lose what is store-wide: the store writes back what it knows, at its next look
                operator.del("auth2:wide");
                keyspace.call("DEL", List.of("auth2:wide"));
            }
            case 3 -> store.anchor("node", new ChainAnchor(1 + random.nextInt(9), "hash-" + random.nextInt(3)));
            default -> store.beat("node-" + random.nextInt(3), random.nextInt(3) == 0 ? "" : "{}");
        }
    }

    private static Duration time(Random random, int steps) {
        return Duration.ofMillis(STEP * (1 + random.nextInt(steps)));
    }

    private synchronized Instant now() {
        return now;
    }

    /** Time passes for Redis by shortening every time to live; what has really passed since is rounded away. */
    private synchronized void advance(long millis) {
        now = now.plusMillis(millis);
        for (String key : operator.keys("*")) {
            operator.pexpire(key, roundedUp(operator.pttl(key)) - millis);
        }
    }

    private static long roundedUp(long millis) {
        return (millis + STEP - 1) / STEP * STEP;
    }

    private void assertSameContent(String when) {
        keyspace.begin(now.toEpochMilli());
        Set<String> keys = operator.keys("*");
        assertEquals(keys.size(), keyspace.size(), when);
        for (String key : keys) {
            Object content =
                    switch (operator.type(key)) {
                        case "string" -> operator.get(key);
                        case "hash" -> operator.hgetAll(key);
                        default ->
                            operator.zrangeWithScores(key, 0, -1).stream()
                                    .map(member -> member.getElement() + " " + (long) member.getScore())
                                    .toList();
                    };
            assertEquals(content, contentOfEmbedded(key, content), key + " " + when);
            assertEquals(
                    roundedUp(operator.pttl(key)),
                    keyspace.call("PTTL", List.of(key)),
                    key + "'s time to live " + when);
        }
    }

    private Object contentOfEmbedded(String key, Object like) {
        if (like instanceof String) {
            return keyspace.call("GET", List.of(key));
        }
        List<String> pairs = new ArrayList<>();
        boolean hash = like instanceof Map;
        List<String> command = hash ? List.of(key) : List.of(key, "0", "-1", "WITHSCORES");
        ((List<?>) keyspace.call(hash ? "HGETALL" : "ZRANGE", command)).forEach(text -> pairs.add((String) text));
        if (!hash) {
            List<String> members = new ArrayList<>();
            for (int i = 0; i < pairs.size(); i += 2) {
                members.add(pairs.get(i) + " " + pairs.get(i + 1));
            }
            return members;
        }
        Map<String, String> fields = new HashMap<>();
        for (int i = 0; i < pairs.size(); i += 2) {
            fields.put(pairs.get(i), pairs.get(i + 1));
        }
        return fields;
    }

    /** Runs each script in both, and compares. */
    private final class Both implements StoreBackend {
        @Override
        public <T> T run(
                StoreOperation operation, List<String> keys, List<String> arguments, Function<Object, T> read) {
            synchronized (EmbeddedAgainstRedisTest.this) {
                String time = "{'" + now.getEpochSecond() + "','" + now.getNano() / 1000 + "'}";
                String script = operation.script().text().replace("redis.call('TIME')", time);
                Object ofRedis = operator.eval(script, keys, arguments);
                Object ofEmbedded = embedded.run(operation, keys, arguments, answer -> answer);
                assertEquals(ofRedis, ofEmbedded, () -> operation + " of " + keys + " with " + arguments);
                Object kind = ofRedis instanceof List<?> list && !list.isEmpty() ? list.get(0) : ofRedis;
                ANSWERS.computeIfAbsent(operation, unused -> new HashSet<>()).add(kind);
                return read.apply(ofRedis);
            }
        }

        @Override
        public long liveSessions() {
            long records =
                    operator.keys("*").stream().filter(UserKeys::isSession).count();
            assertEquals(records, embedded.liveSessions());
            return records;
        }

        @Override
        public int slot(String key) {
            return 0;
        }

        @Override
        public void ping() {
            operator.ping();
        }

        @Override
        public StoreInspection connect(Instant at) {
            return StoreInspection.GOOD;
        }

        @Override
        public StoreInspection inspect(Instant at) {
            return StoreInspection.GOOD;
        }

        @Override
        public void onOutage(Consumer<StoreOutage> listener) {
            // there is none
        }

        @Override
        public String kind() {
            return "both";
        }

        @Override
        public void close() {
            // the connection is the test's
        }
    }
}
