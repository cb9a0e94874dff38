package com.amplihack.auth.bench;

import com.amplihack.auth.apikey.ApiKey;
import com.amplihack.auth.database.StartedPostgres;
import com.amplihack.auth.http.Client;
import com.amplihack.auth.http.Client.Answer;
import com.amplihack.auth.http.ServerProcess;
import com.amplihack.auth.http.Session;
import com.amplihack.auth.store.TestRedis;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * What requests cost an account with 10,000 API keys, beside one with ten. No test, asserts nothing; {@code
 * src/test/bench/api-keys.sh} runs it.
 */
public final class ApiKeysBenchmark {
    private static final int FEW = 10;
    private static final int MANY = 10_000;
    private static final int ROUNDS = 300;
    private static final int WARM_UP = 50;
    private static final String KEYS = "/auth/api-keys";

    private ApiKeysBenchmark() {}

    private record Owner(Session session, List<String> keys) {
        Answer get(String path) {
            return session.with(session.client.get(path)).send();
        }

        String lastPage() {
            String cursor = "";
            String next = cursor;
            do {
                cursor = next;
                Answer page = get(KEYS + "?limit=200" + (cursor.isEmpty() ? "" : "&cursor=" + cursor));
                next = page.json().isNull("next_cursor") ? "" : page.json().getString("next_cursor");
            } while (!next.isEmpty());
            return cursor;
        }
    }

    public static void main(String[] arguments) throws Exception {
        try (TestRedis redis = TestRedis.start();
                EmbeddedPostgres postgres = StartedPostgres.start();
                ServerProcess server = server(redis, postgres)) {
            server.ready();
            Session admin = Session.of(server, "admin", server.firstPassword());
            List<Owner> owners = List.of(owner(server, admin, postgres, FEW), owner(server, admin, postgres, MANY));
            try (Connection database = postgres.getPostgresDatabase().getConnection();
                    Statement statement = database.createStatement()) {
                statement.execute("analyze");
            }
            List<String> last = owners.stream().map(Owner::lastPage).toList();
            Client program = new Client(server.port());
            Map<String, Function<Integer, Supplier<Answer>>> steps = new LinkedHashMap<>();
            steps.put(
                    "use of one key",
                    who -> () -> use(program, owners.get(who).keys().get(0)));
            steps.put("first page of the list", who -> () -> owners.get(who).get(KEYS));
            steps.put(
                    "last page of the list",
                    who -> () -> owners.get(who)
                            .get(KEYS + (last.get(who).isEmpty() ? "" : "?limit=200&cursor=" + last.get(who))));
            steps.put("making a key", who -> () -> {
                Session session = owners.get(who).session();
                return session.with(session.client.post(KEYS))
                        .json("{\"name\":\"new\",\"expires_in_days\":1}")
                        .send();
            });
            System.out.println("| median ms (quartiles), " + ROUNDS + " of each, taking turns | " + FEW + " keys | "
                    + MANY + " |");
            System.out.println("| --- | --- | --- |");
            steps.forEach((name, step) -> print(name, measure(step)));
            Owner many = owners.get(1);
            for (String name : List.of("first", "second")) {
                double[] millis = many.keys().stream()
                        .mapToDouble(key -> millis(() -> use(program, key)))
                        .toArray();
                System.out.println("| " + name + " use of each key | | " + text(millis) + " |");
            }
            plans(postgres, many.session().claims().getString("sub"));
        }
    }

    private static double[][] measure(Function<Integer, Supplier<Answer>> step) {
        double[][] millis = new double[2][ROUNDS];
        for (int i = -WARM_UP; i < ROUNDS; i++) {
            for (int who = 0; who < 2; who++) {
                double took = millis(step.apply(who));
                if (i >= 0) {
                    millis[who][i] = took;
                }
            }
        }
        return millis;
    }

    private static double millis(Supplier<Answer> call) {
        long start = System.nanoTime();
        Answer answer = call.get();
        double took = (System.nanoTime() - start) / 1e6;
        if (answer.status() >= 300) {
            throw new IllegalStateException(answer.toString());
        }
        return took;
    }

    private static Answer use(Client program, String key) {
        return program.get("/api/user").bearer(key).send();
    }

    private static void print(String name, double[][] millis) {
        System.out.println("| " + name + " | " + text(millis[0]) + " | " + text(millis[1]) + " |");
    }

    private static String text(double[] millis) {
        double[] sorted = millis.clone();
        Arrays.sort(sorted);
        return String.format(
                Locale.ROOT,
                "%.2f (%.2f to %.2f)",
                sorted[sorted.length / 2],
                sorted[sorted.length / 4],
                sorted[sorted.length * 3 / 4]);
    }

    /** What PostgreSQL does for a page in the middle of the list, and before it makes a key. */
    private static void plans(EmbeddedPostgres postgres, String account) throws SQLException {
        for (String query : List.of(
                "select * from auth_api_key where revoked = false and sort_key > 'key 05000' and account_id = '"
                        + account + "' order by sort_key limit 51",
                "select count(*) from auth_api_key where account_id = '" + account + "' and expires_at > 1")) {
            System.out.println();
            try (Connection database = postgres.getPostgresDatabase().getConnection();
                    Statement statement = database.createStatement();
                    ResultSet plan = statement.executeQuery("explain (analyze, timing off) " + query)) {
                while (plan.next()) {
                    System.out.println("    " + plan.getString(1));
                }
            }
        }
    }

    private static Owner owner(ServerProcess server, Session admin, EmbeddedPostgres postgres, int size)
            throws SQLException {
        String name = "owner-of-" + size;
        Session.make(admin, name, "user");
        Session session = Session.of(server, name, Session.PASSWORD);
        SecureRandom random = new SecureRandom();
        List<ApiKey> keys =
                IntStream.range(0, size).mapToObj(i -> ApiKey.random(random)).toList();
        String account = session.claims().getString("sub");
        long now = System.currentTimeMillis();
        try (Connection database = postgres.getPostgresDatabase().getConnection();
                PreparedStatement insert = database.prepareStatement("insert into auth_api_key (id, account_id, hash,"
                        + " name, sort_key, models, cidrs, created_at, expires_at, valid_days, revoked, warned, version)"
                        + " values (?, ?, ?, ?, ?, '', '', ?, ?, 90, false, false, 1)")) {
            for (int i = 0; i < size; i++) {
                ApiKey key = keys.get(i);
                String keyName = String.format(Locale.ROOT, "key %05d", i);
                insert.setString(1, key.id());
                insert.setString(2, account);
                insert.setString(3, key.hash());
                insert.setString(4, keyName);
                insert.setString(5, keyName + "\t" + key.id());
                insert.setLong(6, now);
                insert.setLong(7, now + Duration.ofDays(90).toMillis());
                insert.addBatch();
            }
            insert.executeBatch();
        }
        return new Owner(
                session, new ArrayList<>(keys.stream().map(ApiKey::reveal).toList()));
    }

    private static ServerProcess server(TestRedis redis, EmbeddedPostgres postgres) {
        return ServerProcess.start(
                ServerProcess.freePort(),
                Map.ofEntries(
                        Map.entry("mp.config.profile", "dev"),
                        Map.entry(
                                "auth.home",
                                ServerProcess.freshDirectory("home").toString()),
                        Map.entry("jwt.key.size", "2048"),
                        Map.entry("auth.api.limit", "0"),
                        Map.entry("auth.apikey.limit", "0"),
                        Map.entry("auth.db.class", "org.postgresql.ds.PGSimpleDataSource"),
                        Map.entry("auth.db.url", postgres.getJdbcUrl("postgres", "postgres")),
                        Map.entry("auth.db.user", "postgres"),
                        Map.entry("auth.db.password", "postgres"),
                        Map.entry("auth.store", "redis"),
                        Map.entry("redis.host", "127.0.0.1"),
                        Map.entry("redis.port", Integer.toString(redis.port())),
                        Map.entry("redis.username", TestRedis.USER),
                        Map.entry("redis.password", redis.password())),
                Map.of());
    }
}
