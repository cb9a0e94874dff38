package com.amplihack.auth.bench;

import com.amplihack.auth.config.StoreSettings;
import com.amplihack.auth.config.TestSettings;
import com.amplihack.auth.config.type.Quota;
import com.amplihack.auth.config.type.ReplayMode;
import com.amplihack.auth.metrics.Meters;
import com.amplihack.auth.store.SessionRecord;
import com.amplihack.auth.store.SessionStore.Metered;
import com.amplihack.auth.store.SessionStore.Use;
import com.amplihack.auth.store.TestRedis;
import com.amplihack.auth.store.budget.Budget;
import com.amplihack.auth.store.budget.Budget.Scope;
import com.amplihack.auth.store.budget.Budget.Window;
import com.amplihack.auth.store.budget.MeteredCall;
import com.amplihack.auth.store.budget.Reserved;
import com.amplihack.auth.store.budget.TokenUsage;
import com.amplihack.auth.store.budget.UsedBudget;
import com.amplihack.auth.store.redis.RedisBackend;
import com.amplihack.auth.store.script.ScriptedStore;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import redis.clients.jedis.Jedis;

/** What a reservation and its settlement cost Redis (docs/benchmarks.md). */
public final class BudgetBenchmark {
    private static final int CALLS = 20_000;
    private static final String KEY = "0123456789abcdef";
    private static final Quota UNLIMITED = new Quota("api", 0, Duration.ofSeconds(60));

    private final String account = UUID.randomUUID().toString();
    private final Jedis operator;
    private final ScriptedStore store;

    private BudgetBenchmark(TestRedis redis) {
        operator = redis.operator();
        StoreSettings settings = TestSettings.dev(
                        Path.of("unused"),
                        Map.of(
                                "redis.host",
                                "127.0.0.1",
                                "redis.port",
                                Integer.toString(redis.port()),
                                "redis.username",
                                TestRedis.USER,
                                "redis.password",
                                redis.password()))
                .store();
        store = new ScriptedStore(new RedisBackend(settings, new Meters()));
    }

    public static void main(String[] arguments) throws Exception {
        try (TestRedis redis = TestRedis.start()) {
            new BudgetBenchmark(redis).run();
        }
    }

    private void run() {
        Instant now = Instant.now();
        Duration day = Duration.ofDays(1);
        store.open(
                SessionRecord.first(
                        account, "sid", "hash", store.epoch(account), now, now.plus(day), "192.0.2.1", "Test"),
                day,
                1);
        List<Budget> budgets = List.of(
                budget(Scope.KEY, KEY, Window.DAY),
                budget(Scope.ACCOUNT, "", Window.MONTH),
                budget(Scope.ROLE, "user", Window.TOTAL));
        store.seed(
                account,
                budgets.stream()
                        .map(budget -> new UsedBudget(budget, now, 0, 0))
                        .toList());
        call(Optional.of(budgets)); // teaches the scripts
        System.out.println("| microseconds of Redis | admission | settlement |");
        System.out.println("| --- | --- | --- |");
        print("no proxied call", Optional.empty());
        print("no budget: usage alone", Optional.of(List.of()));
        print("one budget", Optional.of(budgets.subList(0, 1)));
        print("three budgets", Optional.of(budgets));
        store.close();
        operator.close();
    }

    private static Budget budget(Scope scope, String name, Window window) {
        OptionalLong much = OptionalLong.of(9_000_000_000L);
        return new Budget(scope, name, much, much, window);
    }

    private void print(String what, Optional<List<Budget>> budgets) {
        List<Reserved> reserved = new ArrayList<>();
        operator.configResetStat();
        for (int i = 0; i < CALLS; i++) {
            call(budgets).ifPresent(reserved::add);
        }
        String admission = cost();
        operator.configResetStat();
        reserved.forEach(one -> store.settle(one, new TokenUsage(100, 1)));
        System.out.println("| " + what + " | " + admission + " | " + (reserved.isEmpty() ? "" : cost()) + " |");
    }

    private Optional<Reserved> call(Optional<List<Budget>> budgets) {
        Use use =
                new Use(account, "sid", 1, UUID.randomUUID().toString(), true, ReplayMode.AUTO, Duration.ofMinutes(15));
        return store.admit(
                        use,
                        UNLIMITED,
                        budgets.map(all ->
                                new Metered("0", new MeteredCall(KEY, "gpt", 120, 1, all, Duration.ofMinutes(3)))))
                .reservation()
                .flatMap(reservation -> reservation.reserved());
    }

    /** Redis's own time for a script, all that it calls included. */
    private String cost() {
        return operator.info("commandstats")
                .lines()
                .filter(line -> line.startsWith("cmdstat_evalsha:"))
                .map(line -> line.replaceAll(".*usec_per_call=([0-9.]+).*", "$1"))
                .findFirst()
                .orElse("");
    }
}
