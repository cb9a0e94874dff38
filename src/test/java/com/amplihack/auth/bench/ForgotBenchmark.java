package com.amplihack.auth.bench;

import com.amplihack.auth.http.Client;
import com.amplihack.auth.http.Client.Answer;
import com.amplihack.auth.http.ServerProcess;
import com.amplihack.auth.store.TestRedis;
import jakarta.json.Json;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.IntFunction;

/**
 * Whether the time of the answer to a forgotten password tells what becomes of the request: a mail, or none for a name that
 * nobody has, a disabled account, one without or with an unverified address, or one over its limit. No test, asserts
 * nothing; {@code src/test/bench/forgot.sh} runs it.
 */
public final class ForgotBenchmark {
    private static final int TRIES = 400;
    // so many that neither their own limits nor those of their mailboxes stop their mails
    private static final int ACCOUNTS = 100;

    private ForgotBenchmark() {}

    public static void main(String[] arguments) throws Exception {
        try (TestRedis redis = TestRedis.start();
                ServerProcess server = server(redis)) {
            server.ready();
            Client client = new Client(server.port());
            EnumerationBenchmark.Admin admin = new EnumerationBenchmark.Admin(client, server.firstPassword());
            for (int i = 0; i < ACCOUNTS; i++) {
                make(admin, "known-" + i, true, true);
            }
            make(admin, "disabled", true, false);
            make(admin, "unverified", false, true);
            make(admin, "limited", true, true);
            admin.make("without", true);
            Map<String, IntFunction<String>> names = new LinkedHashMap<>();
            names.put("unknown name", i -> "nobody-" + i);
            names.put("mail by name", i -> "known-" + i % ACCOUNTS);
            names.put("mail by address", i -> "known-" + i % ACCOUNTS + "@example.org");
            names.put("unknown address", i -> "nobody-" + i + "@example.org");
            names.put("disabled account", i -> "disabled");
            names.put("unverified address", i -> "unverified");
            names.put("no address", i -> "without");
            names.put("over the account's limit", i -> "limited");
            EnumerationBenchmark.print(EnumerationBenchmark.measure(TRIES, 202, names, name -> forgot(client, name)));
        }
    }

    private static void make(EnumerationBenchmark.Admin admin, String name, boolean verified, boolean enabled) {
        admin.make(Json.createObjectBuilder()
                .add("username", name)
                .add("email", name + "@example.org")
                .add("email_verified", verified)
                .add("enabled", enabled));
    }

    private static Answer forgot(Client client, String name) {
        return client.post("/auth/password/forgot")
                .json(Json.createObjectBuilder().add("username", name).build().toString())
                .send();
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
                        Map.entry("auth.argon2.memory.kib", "1024"),
                        Map.entry("auth.api.limit", "0"),
                        Map.entry("auth.forgot.limit", "1000000"),
                        Map.entry("auth.forgot.account.limit", "10"),
                        Map.entry("auth.forgot.total.limit", "1000000"),
                        Map.entry("auth.store", "redis"),
                        Map.entry("redis.host", "127.0.0.1"),
                        Map.entry("redis.port", Integer.toString(redis.port())),
                        Map.entry("redis.username", TestRedis.USER),
                        Map.entry("redis.password", redis.password())),
                Map.of());
    }
}
