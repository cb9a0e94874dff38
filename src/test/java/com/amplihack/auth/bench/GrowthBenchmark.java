package com.amplihack.auth.bench;

import com.amplihack.auth.config.TestSettings;
import com.amplihack.auth.config.type.Quota;
import com.amplihack.auth.config.type.ReplayMode;
import com.amplihack.auth.database.StartedPostgres;
import com.amplihack.auth.http.Client;
import com.amplihack.auth.http.Client.Answer;
import com.amplihack.auth.http.ServerProcess;
import com.amplihack.auth.http.Session;
import com.amplihack.auth.keys.files.RingFile;
import com.amplihack.auth.keys.ring.KeyState;
import com.amplihack.auth.keys.ring.Ring;
import com.amplihack.auth.keys.ring.RingKey;
import com.amplihack.auth.keys.ring.VerifyingKey;
import com.amplihack.auth.metrics.Meters;
import com.amplihack.auth.store.SessionRecord;
import com.amplihack.auth.store.SessionStore.Use;
import com.amplihack.auth.store.SessionStore.Verdict;
import com.amplihack.auth.store.TestRedis;
import com.amplihack.auth.store.redis.RedisBackend;
import com.amplihack.auth.store.script.ScriptedStore;
import com.nimbusds.jose.jwk.RSAKey;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import jakarta.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.security.interfaces.RSAPublicKey;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * What a request costs with a million accounts and 200 published keys beside a thousand accounts and one key, and how
 * long a change of a role with 100,000 holders takes. No test, asserts nothing; {@code src/test/bench/growth.sh} runs
 * it.
 */
public final class GrowthBenchmark implements AutoCloseable {
    private static final int FEW = 1_000;
    private static final int MANY = 1_000_000;
    private static final int KEYS = 200;
    private static final int ROUNDS = 11;
    private static final int MEASURED = 40; // a round
    private static final int CHANGES = 5;
    private static final String ROLE = "staff"; // of a tenth of the accounts
    private static final Duration WEEK = Duration.ofDays(7);

    private final int accounts;
    private final ServerProcess server;
    private final Map<String, String> properties;
    private final Client client;
    private final Session admin;
    private final String password;
    private final Random random = new Random(1);

    /** Signed in and not yet refreshed. */
    private final List<Session> fresh = new ArrayList<>();

    private GrowthBenchmark(EmbeddedPostgres postgres, int accounts, Map<String, String> store) throws SQLException {
        this.accounts = accounts;
        String database = "a" + accounts;
        execute(
                postgres,
                "postgres",
                "create database " + database
                        + " template template0 locale_provider icu icu_locale 'en-US' locale 'C.UTF-8'");
        properties = new HashMap<>(store);
        properties.putAll(Map.of(
                "mp.config.profile", "dev",
                "auth.home", ServerProcess.freshDirectory("home").toString(),
                "jwt.key.size", "2048",
                "auth.login.limit", "100000",
                "auth.api.limit", "0",
                "auth.db.class", "org.postgresql.ds.PGSimpleDataSource",
                "auth.db.url", "jdbc:postgresql://localhost:" + postgres.getPort() + "/" + database,
                "auth.db.user", "postgres",
                "auth.db.password", "postgres"));
        server = ServerProcess.start(ServerProcess.freePort(), properties, Map.of())
                .ready();
        password = server.firstPassword();
        client = new Client(server.port());
        fill(postgres, database);
        admin = Session.of(client, "admin", password);
    }

    /** Everybody has the password, and so the hash, of the first account. */
    private void fill(EmbeddedPostgres postgres, String database) throws SQLException {
        execute(postgres, database, "insert into auth_role (name) values ('" + ROLE + "')");
        execute(
                postgres,
                database,
                "insert into auth_account (id, username, username_key, password_hash, enabled, created_at, version)"
                        + " select '00000000-0000-4000-8000-' || lpad(to_hex(i), 12, '0'), 'User-' || lpad(i::text, 7,"
                        + " '0'), 'user-' || lpad(i::text, 7, '0'),"
                        + " a.password_hash,"
                        + " true, 1, 1"
                        + " from"
                        + " generate_series(0,"
                        + " " + (accounts - 1) + ") i, auth_account a"
                        + " where a.username_key = 'admin'");
        execute(
                postgres,
                database,
                "insert into auth_account_role (account_id, role_name) select id, 'user' from auth_account"
                        + " where username_key like 'user-%'");
        execute(
                postgres,
                database,
                "insert into auth_account_role (account_id, role_name) select id, '" + ROLE + "' from auth_account"
                        + " where username_key like 'user-%' and username_key < '" + username(accounts / 10) + "'");
        execute(
                postgres,
                database,
                "insert into auth_account_permission (account_id, permission) select id, 'own:' || right(id, 1)"
                        + " from auth_account where username_key like 'user-%0'");
        execute(postgres, database, "analyze");
    }

    private static void execute(EmbeddedPostgres postgres, String database, String sql) throws SQLException {
        try (Connection connection = postgres.getDatabase("postgres", database).getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static String username(int i) {
        return String.format(Locale.ROOT, "user-%07d", i);
    }

    private static String id(int i) {
        return String.format(Locale.ROOT, "00000000-0000-4000-8000-%012x", i);
    }

    @Override
    public void close() {
        server.close();
    }

    public static void main(String[] arguments) throws Exception {
        try (EmbeddedPostgres postgres = StartedPostgres.start();
                TestRedis redisOfFew = TestRedis.start();
                TestRedis redisOfMany = TestRedis.start();
                GrowthBenchmark few = new GrowthBenchmark(postgres, FEW, redis(redisOfFew));
                GrowthBenchmark many = new GrowthBenchmark(postgres, MANY, redis(redisOfMany))) {
            many.retire(KEYS);
            List<GrowthBenchmark> sizes = List.of(few, many);
            printTimes(sizes);
            System.out.printf(
                    "%nkeys in the key set: %d and %d, bytes: %d and %d%n",
                    few.keys(),
                    many.keys(),
                    few.keySet().length(),
                    many.keySet().length());
            try (ScriptedStore store = new ScriptedStore(new RedisBackend(
                    TestSettings.dev(Path.of("unused"), many.properties).store(), new Meters()))) {
                many.printChanges("Redis", Optional.of(store));
            }
        }
        try (EmbeddedPostgres postgres = StartedPostgres.start();
                GrowthBenchmark many = new GrowthBenchmark(postgres, MANY, Map.of("auth.store", "memory"))) {
            many.printChanges("memory", Optional.empty());
        }
    }

    private static Map<String, String> redis(TestRedis redis) {
        return Map.of(
                "auth.store",
                "redis",
                "redis.host",
                "127.0.0.1",
                "redis.port",
                Integer.toString(redis.port()),
                "redis.username",
                TestRedis.USER,
                "redis.password",
                redis.password());
    }

    /** Adds so many keys that have stopped signing and are still published, as another node would. */
    private void retire(int count) throws Exception {
        Path directory = Path.of(properties.get("auth.home"), "keys");
        JsonObject ring = new Answer(200, List.of(), Files.readString(directory.resolve("ring.json"))).json();
        Instant now = Instant.now();
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        List<RingKey> keys = new ArrayList<>();
        for (JsonObject key : ring.getJsonArray("keys").getValuesAs(JsonObject.class)) {
            Instant made = Instant.parse(key.getString("created_at"));
            KeyState state = KeyState.valueOf(key.getString("state"));
            RSAPublicKey half =
                    RSAKey.parse(key.getJsonObject("jwk").toString()).toRSAPublicKey();
            keys.add(new RingKey(
                    VerifyingKey.named(half),
                    state,
                    key.getString("file"),
                    made,
                    state == KeyState.ACTIVE ? Optional.of(made) : Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    false));
        }
        for (int i = 0; i < count; i++) {
            RSAPublicKey half = (RSAPublicKey) generator.generateKeyPair().getPublic();
            Instant made = now.minusSeconds(count + 60 - i);
            keys.add(new RingKey(
                    VerifyingKey.named(half),
                    KeyState.RETIRING,
                    "key-" + VerifyingKey.named(half).getKeyID() + ".pem",
                    made,
                    Optional.of(made),
                    Optional.of(made.plusSeconds(1)),
                    Optional.of(now.plus(WEEK)),
                    false));
        }
        new RingFile(directory, Clock.systemUTC()).write(new Ring(keys));
        while (keys() < count) {
            Thread.sleep(100);
        }
    }

    private int keys() {
        return client.get("/auth/jwks").send().json().getJsonArray("keys").size();
    }

    private String keySet() {
        return client.get("/auth/jwks").send().body();
    }

    private enum Operation {
        SIGN_IN("sign-in, without the work of Argon2id") {
            @Override
            Answer run(GrowthBenchmark size) {
                return Session.login(size.client, username(size.some()), size.password)
                        .send();
            }
        },
        SEARCH("search by the beginning of a name, 10 found") {
            @Override
            Answer run(GrowthBenchmark size) {
                String name = username(size.some());
                return size.asAdmin("/admin/api/users?query=" + name.substring(0, name.length() - 1));
            }
        },
        FIRST("page 1, 50 accounts") {
            @Override
            Answer run(GrowthBenchmark size) {
                return size.asAdmin("/admin/api/users?limit=50");
            }
        },
        DEEP("page 10,000 (page 10 of a thousand accounts)") {
            @Override
            Answer run(GrowthBenchmark size) {
                String cursor = Base64.getUrlEncoder()
                        .withoutPadding()
                        .encodeToString(username(size.accounts / 2 - 1).getBytes(StandardCharsets.UTF_8));
                return size.asAdmin("/admin/api/users?limit=50&cursor=" + cursor);
            }
        },
        REFRESH("refresh") {
            @Override
            Answer run(GrowthBenchmark size) {
                return size.fresh.remove(size.fresh.size() - 1).refreshRequest().send();
            }

            @Override
            void prepare(GrowthBenchmark size) {
                while (size.fresh.size() < MEASURED) {
                    size.fresh.add(Session.of(size.client, username(size.some()), size.password));
                }
            }
        },
        VERIFY("/auth/verify") {
            @Override
            Answer run(GrowthBenchmark size) {
                return size.asAdmin("/auth/verify");
            }
        };

        private final String name;

        Operation(String name) {
            this.name = name;
        }

        abstract Answer run(GrowthBenchmark size);

        void prepare(GrowthBenchmark size) {}

        /** The median of so many, in nanoseconds. */
        long median(GrowthBenchmark size) {
            prepare(size);
            long[] nanos = new long[MEASURED];
            for (int i = 0; i < MEASURED; i++) {
                long start = System.nanoTime();
                Answer answer = run(size);
                nanos[i] = System.nanoTime() - start;
                if (answer.status() != 200) {
                    throw new IllegalStateException(name + ": " + answer);
                }
            }
            return GrowthBenchmark.median(nanos);
        }
    }

    private Answer asAdmin(String path) {
        return admin.with(client.get(path)).send();
    }

    private int some() {
        return random.nextInt(accounts);
    }

    /** The sizes take turns, so that what disturbs one disturbs both; the first rounds only warm up. */
    private static void printTimes(List<GrowthBenchmark> sizes) {
        for (int i = 0; i < ROUNDS; i++) {
            sizes.forEach(size -> Stream.of(Operation.values()).forEach(operation -> operation.median(size)));
        }
        System.out.printf("| median ms | %,d accounts | %,d accounts, %d keys | ratio |%n", FEW, MANY, KEYS);
        System.out.println("| --- | --- | --- | --- |");
        for (Operation operation : Operation.values()) {
            long[][] medians = new long[2][ROUNDS];
            for (int round = 0; round < ROUNDS; round++) {
                for (int i = 0; i < 2; i++) {
                    medians[i][round] = operation.median(sizes.get(i));
                }
            }
            double few = median(medians[0]) / 1e6;
            double many = median(medians[1]) / 1e6;
            System.out.printf(Locale.ROOT, "| %s | %.2f | %.2f | %.2f |%n", operation.name, few, many, many / few);
        }
    }

    /**
     * Changes the role again and again, while others sign in and another administrator changes accounts.
     *
     * @param store in which each holder gets a session first
     */
    private void printChanges(String kind, Optional<ScriptedStore> store) throws Exception {
        int holders = accounts / 10;
        store.ifPresent(sessions -> IntStream.range(0, holders).parallel().forEach(i -> open(sessions, i)));
        AtomicBoolean done = new AtomicBoolean();
        AtomicInteger overloaded = new AtomicInteger();
        List<Long> signIns = new ArrayList<>();
        List<Long> changes = new ArrayList<>();
        Thread people = new Thread(() -> {
            while (!done.get()) {
                signIns.add(time(() ->
                        Session.login(client, username(holders + 1), password).send()));
                Client.Request change = admin.with(client.request("PATCH", "/admin/api/users/" + id(holders + 2)))
                        .json("{\"permissions\":[\"own:one\"]}");
                changes.add(time(() -> {
                    Answer answer = change.send();
                    if (answer.status() == 503) {
                        overloaded.incrementAndGet();
                    }
                    return answer;
                }));
            }
        });
        long[] puts = new long[CHANGES];
        for (int i = 0; i < CHANGES; i++) {
            if (i == 1) {
                people.start(); // the first one warms up
            }
            String permission = "p:" + i;
            puts[i] = time(() -> admin.with(client.request("PUT", "/admin/api/roles/" + ROLE))
                    .json("{\"permissions\":[\"" + permission + "\"]}")
                    .send());
        }
        long delete = time(() ->
                admin.with(client.request("DELETE", "/admin/api/roles/" + ROLE)).send());
        done.set(true);
        people.join();
        System.out.printf(
                Locale.ROOT,
                "%nrole with %,d holders, store %s: PUT %s ms, DELETE %d ms; meanwhile the slowest of %d sign-ins took"
                        + " %d ms, of %d changes of another account %d ms; %d of these were 503%n",
                holders,
                kind,
                Arrays.toString(
                        Arrays.stream(puts).map(nanos -> nanos / 1_000_000).toArray()),
                delete / 1_000_000,
                signIns.size(),
                slowest(signIns),
                changes.size(),
                slowest(changes),
                overloaded.get());
        store.ifPresent(sessions -> System.out.printf(
                "access tokens of holders that are still good: %d of %,d%n",
                IntStream.range(0, holders).filter(i -> admits(sessions, i)).count(), holders));
    }

    private static long slowest(List<Long> nanos) {
        return nanos.stream().mapToLong(Long::longValue).max().orElse(0) / 1_000_000;
    }

    private static long time(Supplier<Answer> request) {
        long start = System.nanoTime();
        Answer answer = request.get();
        long took = System.nanoTime() - start;
        if (answer.status() >= 300 && answer.status() != 503) {
            throw new IllegalStateException(answer.toString());
        }
        return took;
    }

    private static void open(ScriptedStore store, int i) {
        Instant now = Instant.now();
        store.open(
                SessionRecord.first(id(i), "s", "live", store.epoch(id(i)), now, now.plus(WEEK), "192.0.2.1", "Test"),
                WEEK,
                100);
    }

    private static boolean admits(ScriptedStore store, int i) {
        return store.admit(
                                new Use(
                                        id(i),
                                        "s",
                                        1,
                                        UUID.randomUUID().toString(),
                                        true,
                                        ReplayMode.AUTO,
                                        Duration.ofMinutes(15)),
                                new Quota("api", 0, Duration.ofSeconds(60)))
                        .verdict()
                == Verdict.ADMITTED;
    }

    private static long median(long[] nanos) {
        return Arrays.stream(nanos).sorted().skip(nanos.length / 2).findFirst().orElseThrow();
    }
}
