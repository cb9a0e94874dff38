package com.amplihack.auth.bench;

import com.amplihack.auth.http.Client;
import com.amplihack.auth.http.Client.Answer;
import com.amplihack.auth.http.ServerProcess;
import com.amplihack.auth.store.TestRedis;
import jakarta.json.Json;
import jakarta.json.JsonObjectBuilder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import java.util.function.IntFunction;

/**
 * Whether the time of a refused login tells why it was refused: an unknown name, a wrong password, a disabled account, a
 * locked one; and that of a refused API key: an unknown id, a wrong secret, revoked, expired, of a disabled account. No test, asserts nothing; {@code src/test/bench/enumeration.sh} runs it.
 */
public final class EnumerationBenchmark {
    private static final int TRIES = 200;
    private static final int KEY_TRIES = 5_000;
    private static final int WARM_UP = 20;
    // fewer than the failures that lock an account
    private static final int TRIES_PER_ACCOUNT = 8;
    private static final int ACCOUNTS = (TRIES + WARM_UP) / TRIES_PER_ACCOUNT + 1;
    private static final String PASSWORD = "correct horse battery staple";
    private static final String WRONG = "wrong horse battery staple";

    private EnumerationBenchmark() {}

    public static void main(String[] arguments) throws Exception {
        try (TestRedis redis = TestRedis.start();
                ServerProcess server = server(redis)) {
            server.ready();
            Client client = new Client(server.port());
            Admin admin = new Admin(client, server.firstPassword());
            for (int i = 0; i < ACCOUNTS; i++) {
                admin.make("known-" + i, true);
            }
            admin.make("disabled", false);
            admin.make("locked", true);
            for (int i = 0; i < TRIES_PER_ACCOUNT * 2; i++) {
                login(client, "locked", WRONG);
            }
            Map<String, IntFunction<String>> names = new LinkedHashMap<>();
            names.put("unknown name", i -> "nobody-" + i);
            names.put("wrong password", i -> "known-" + i / TRIES_PER_ACCOUNT);
            names.put("disabled account", i -> "disabled");
            names.put("locked account", i -> "locked");
            print(measure(TRIES, names, name -> login(client, name, WRONG)));

            KeyEnumeration refused = new KeyEnumeration(client, admin);
            Map<String, IntFunction<String>> keys = new LinkedHashMap<>();
            refused.keys().forEach((kind, key) -> keys.put(kind, i -> key));
            print(measure(KEY_TRIES, keys, refused::use));
        }
    }

    private static Map<String, double[]> measure(
            int tries, Map<String, IntFunction<String>> names, Function<String, Answer> attempt) {
        return measure(tries, 401, names, attempt);
    }

    /** The times of attempts that take turns, in milliseconds; each is answered with that status. */
    static Map<String, double[]> measure(
            int tries, int status, Map<String, IntFunction<String>> names, Function<String, Answer> attempt) {
        Map<String, double[]> millis = new LinkedHashMap<>();
        names.keySet().forEach(kind -> millis.put(kind, new double[tries]));
        List<String> bodies = new ArrayList<>();
        List<Map.Entry<String, IntFunction<String>>> turn = new ArrayList<>(names.entrySet());
        Random order = new Random(7);
        for (int i = 0; i < WARM_UP + tries; i++) {
            Collections.shuffle(turn, order); // or each would follow in the wake of the same other one
            for (Map.Entry<String, IntFunction<String>> kind : turn) {
                String name = kind.getValue().apply(i);
                long start = System.nanoTime();
                Answer answer = attempt.apply(name);
                double took = (System.nanoTime() - start) / 1e6;
                if (answer.status() != status) {
                    throw new IllegalStateException(kind.getKey() + ": " + answer);
                }
                bodies.add(answer.body());
                if (i >= WARM_UP) {
                    millis.get(kind.getKey())[i - WARM_UP] = took;
                }
            }
        }
        System.out.println(bodies.stream().distinct().count() + " different body in " + bodies.size() + " answers");
        return millis;
    }

    static void print(Map<String, double[]> millis) {
        System.out.println(millis.values().iterator().next().length + " tries of each, taking turns");
        System.out.println();
        System.out.println("| kind | median ms | to the first | quartiles ms |");
        System.out.println("| --- | --- | --- | --- |");
        double first = Double.NaN;
        for (Map.Entry<String, double[]> kind : millis.entrySet()) {
            double[] sorted = kind.getValue().clone();
            Arrays.sort(sorted);
            double median = sorted[sorted.length / 2];
            first = Double.isNaN(first) ? median : first;
            System.out.printf(
                    Locale.ROOT,
                    "| %s | %.2f | %.3f | %.2f to %.2f |%n",
                    kind.getKey(),
                    median,
                    median / first,
                    sorted[sorted.length / 4],
                    sorted[sorted.length * 3 / 4]);
        }
    }

    private static ServerProcess server(TestRedis redis) {
        return ServerProcess.start(
                ServerProcess.freePort(),
                Map.ofEntries(
                        Map.entry("mp.config.profile", "dev"),
                        Map.entry(
                                "auth.home",
                                ServerProcess.freshDirectory("home").toString()),
                        Map.entry("jwt.key.size", "2048"),
                        Map.entry("auth.login.limit", "100000"),
                        Map.entry("auth.api.limit", "0"),
                        Map.entry("auth.store", "redis"),
                        Map.entry("redis.host", "127.0.0.1"),
                        Map.entry("redis.port", Integer.toString(redis.port())),
                        Map.entry("redis.username", TestRedis.USER),
                        Map.entry("redis.password", redis.password())),
                Map.of());
    }

    private static Answer login(Client client, String username, String password) {
        return client.post("/auth/login")
                .json(Json.createObjectBuilder()
                        .add("username", username)
                        .add("password", password)
                        .build()
                        .toString())
                .send();
    }

    static final class Admin {
        private final Client client;
        private final String token;
        private final String handle;

        Admin(Client client, String password) {
            this.client = client;
            Answer login = login(client, "admin", password);
            token = login.json().getString("access_token");
            handle = login.cookieValue("session_id");
        }

        /** Makes an account; returns its id. */
        String make(String name, boolean enabled) {
            return make(Json.createObjectBuilder().add("username", name).add("enabled", enabled));
        }

        /** Makes an account with these members; returns its id. */
        String make(JsonObjectBuilder members) {
            return send(client.post("/admin/api/users")
                            .json(members.add("password", PASSWORD).build().toString()))
                    .json()
                    .getString("user_id");
        }

        /** Sends a request as the administrator, which succeeds. */
        Answer send(Client.Request request) {
            Answer answer = request.bearer(token)
                    .header("Cookie", "session_id=" + handle)
                    .send();
            if (answer.status() >= 300) {
                throw new IllegalStateException(answer.toString());
            }
            return answer;
        }
    }
}
