package com.amplihack.auth.store.embedded;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.amplihack.auth.config.LockoutSettings;
import com.amplihack.auth.config.type.Quota;
import com.amplihack.auth.config.type.ReplayMode;
import com.amplihack.auth.store.LoginAttempt;
import com.amplihack.auth.store.OnRedis;
import com.amplihack.auth.store.SessionPage;
import com.amplihack.auth.store.SessionRecord;
import com.amplihack.auth.store.SessionStore.Answer;
import com.amplihack.auth.store.SessionStore.Device;
import com.amplihack.auth.store.SessionStore.Epoch;
import com.amplihack.auth.store.SessionStore.RefreshView;
import com.amplihack.auth.store.SessionStore.Rotation;
import com.amplihack.auth.store.SessionStore.Use;
import com.amplihack.auth.store.StoreInspection;
import com.amplihack.auth.store.StoreOutage;
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
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
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
    private static final long STEP = 10_000; // every time to live is a multiple of it
    private static final Quota UNLIMITED = new Quota("api", 0, Duration.ofSeconds(60));
    private static final Quota TWO = new Quota("api", 2, Duration.ofSeconds(60));
    private static final LockoutSettings RULES = new LockoutSettings(3, Duration.ofMinutes(5));
    private static final List<String> USERS =
            List.of("0ada0ada-0ada-4ada-8ada-0ada0ada0ada", "0b0b0b0b-0b0b-4b0b-8b0b-0b0b0b0b0b0b");

    private final Map<StoreOperation, Set<Object>> answers = new EnumMap<>(StoreOperation.class);
    private final Map<String, RefreshView> views = new HashMap<>();
    private final List<LoginAttempt> attempts = new ArrayList<>();
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
            if (i % 20 == 0) {
                operator.scriptFlush(); // each time is a script of its own there
                assertSameContent("after " + i + " operations");
            }
        }
        assertEquals(
                Set.of("ADMITTED", "SESSION_OVER", "BARE_REPEAT", "AFTER_PROOF", "OVER_QUOTA"),
                answers.get(StoreOperation.ADMIT));
        assertEquals(Set.of("COMMITTED", "MOVED", "SESSION_OVER"), answers.get(StoreOperation.ROTATE));
        assertEquals(Set.of("COMMITTED", "MOVED", "SESSION_OVER"), answers.get(StoreOperation.ANSWER));
        assertEquals(Set.of("COMMITTED", "MOVED"), answers.get(StoreOperation.OPEN));
        Set<StoreOperation> asked = new HashSet<>(List.of(StoreOperation.values()));
        // two without a script, and one that depends on real time and runs the script of KILL_KEYS
        asked.removeAll(Set.of(StoreOperation.PING, StoreOperation.COUNT, StoreOperation.WRITE_BACK));
        answers.remove(StoreOperation.WRITE_BACK);
        assertEquals(asked, answers.keySet());
    }

    private void operate(Random random) {
        String user = USERS.get(random.nextInt(USERS.size()));
        String sid = "sid-" + random.nextInt(3);
        String name = List.of("", "name-1", "name-2", "name-3").get(random.nextInt(4));
        String key = user + sid;
        RefreshView view = views.get(key);
        Quota quota = random.nextInt(3) == 0 ? UNLIMITED : TWO;
        switch (random.nextInt(40)) {
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
            case 29, 30 -> store.take(TWO, "address-" + random.nextInt(2));
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
            }
            case 37 -> panic(random);
            default -> advance(STEP * (1 + random.nextInt(random.nextInt(20) == 0 ? 3_000 : 3)));
        }
    }

    private void rotate(RefreshView view, String salt, String request, Duration life) {
        SessionRecord seen = view.session().orElseThrow();
        long gen = seen.family().gen() + 1;
        Device client = new Device("198.51.100.7", "Roaming/2.0");
        store.rotate(new Rotation(seen, view.epoch(), gen, seen.issue() + 1, "next", salt, request, client, life));
    }

    private void panic(Random random) {
        switch (random.nextInt(6)) {
            case 0 -> store.endEverybody();
            case 1 -> store.markCompromised(Set.of("kid-" + random.nextInt(3)));
            case 2 -> { // both lose what is store-wide: the store writes back what it knows, at its next look
                operator.del("auth2:wide");
                keyspace.call("DEL", List.of("auth2:wide"));
            }
            default -> {
                // seldom enough
            }
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
                answers.computeIfAbsent(operation, unused -> new HashSet<>()).add(kind);
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
        public void ping() {
            operator.ping();
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
