package com.amplihack.auth.metering;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.amplihack.auth.database.Database;
import com.amplihack.auth.database.OpenedDatabases;
import com.amplihack.auth.metrics.Meters;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.store.Reservations;
import com.amplihack.auth.store.SecurityStore;
import com.amplihack.auth.store.StoreUnavailableException;
import com.amplihack.auth.store.budget.Budget;
import com.amplihack.auth.store.budget.Budget.Scope;
import com.amplihack.auth.store.budget.Budget.Window;
import com.amplihack.auth.store.budget.HourlyUsage;
import com.amplihack.auth.store.budget.MeteredCall;
import com.amplihack.auth.store.budget.Reservation;
import com.amplihack.auth.store.budget.Reservation.Outcome;
import com.amplihack.auth.store.budget.Reserved;
import com.amplihack.auth.store.budget.TokenUsage;
import com.amplihack.auth.store.embedded.EmbeddedBackend;
import com.amplihack.auth.store.script.ScriptedStore;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Usage from the store to the database and back into budgets, on both databases. */
class MeteringTest extends OpenedDatabases {
    private static final String KEY = "0123456789abcdef";
    private static final Instant MORNING = Instant.parse("2026-03-01T09:30:00Z");

    Stream<Node> nodes() throws SQLException {
        return onEach(Node::new);
    }

    /** A store that can be emptied, and a database that stays. */
    private static final class Node {
        private final String name;
        final UsageBook book;
        final String account = UUID.randomUUID().toString();
        Instant now = MORNING;
        ScriptedStore store;
        UsageWriter writer;

        Node(String name, Database database) {
            this.name = name;
            book = new UsageBook(database);
            emptyStore();
        }

        void emptyStore() {
            store = new ScriptedStore(new EmbeddedBackend(() -> now));
            writer = new UsageWriter(store, book);
        }

        Reservation reserve(String key, String model, long prompt, long answer, Budget... budgets) {
            MeteredCall call = new MeteredCall(key, model, prompt, answer, List.of(budgets), Duration.ofMinutes(3));
            Reservation first = Reservations.reserve(store, account, call, now);
            if (first.outcome() != Outcome.UNSEEDED) {
                return first;
            }
            new BudgetSeeds(store, writer, book).seed(account, List.of(budgets), first.now());
            return Reservations.reserve(store, account, call, now);
        }

        List<UsageSum> report(String by, String cursor, int limit) {
            return book.report(
                    UsageQuery.of("2026-01-01", "2027-01-01", by, Optional.of(account), cursor, limit, MORNING), limit);
        }

        @Override
        public String toString() {
            return name;
        }
    }

    private static Budget budget(Scope scope, String name, long tokens, Window window) {
        return new Budget(scope, name, OptionalLong.of(tokens), OptionalLong.empty(), window);
    }

    private static UsageSum sum(Map<String, String> of, long requests, long input, long output) {
        return new UsageSum(of, requests, input, output);
    }

    @ParameterizedTest
    @MethodSource("nodes")
    void usageArrivesOnceHoweverOftenItIsSaved(Node node) {
        Reserved first = node.reserve(KEY, "gpt", 30, 0).reserved().orElseThrow();
        node.reserve("", "claude", 7, 0);
        List<HourlyUsage> before = node.store.unsavedUsage(node.account);
        node.writer.save(node.account);
        node.store.settle(first, new TokenUsage(25, 40));
        node.writer.saveAll();
        node.book.save(node.account, before); // a node that died before the store knew, and its late copy

        assertEquals(
                List.of(sum(Map.of("model", "claude"), 1, 7, 0), sum(Map.of("model", "gpt"), 1, 25, 40)),
                node.report("model", "", 10));
        assertEquals(List.of(sum(Map.of("day", "2026-03-01"), 2, 32, 40)), node.report("day", "", 10));
        assertEquals(List.of(), node.store.unsavedUsage(node.account));
    }

    /** The store has forgotten the hour, once the database had it: the correction comes as a generation of its own. */
    @ParameterizedTest
    @MethodSource("nodes")
    void aSettlementAfterItsHourWasSavedCorrectsIt(Node node) {
        node.now = Instant.parse("2026-03-01T09:59:00Z");
        Reserved reserved = node.reserve(KEY, "gpt", 30, 50, budget(Scope.ACCOUNT, "", 1_000, Window.DAY))
                .reserved()
                .orElseThrow();
        node.now = Instant.parse("2026-03-01T10:00:30Z");
        node.writer.save(node.account);
        assertEquals(List.of(sum(Map.of("model", "gpt"), 1, 30, 50)), node.report("model", "", 10));

        node.store.settle(reserved, new TokenUsage(20, 5));
        node.writer.save(node.account);
        node.writer.save(node.account);

        assertEquals(List.of(sum(Map.of("model", "gpt"), 1, 20, 5)), node.report("model", "", 10));
    }

    @ParameterizedTest
    @MethodSource("nodes")
    void anEmptiedStoreKnowsFromTheDatabaseWhatWasUsed(Node node) {
        Budget total = budget(Scope.ACCOUNT, "", 100, Window.TOTAL);
        Budget ofKey = budget(Scope.KEY, KEY, 90, Window.DAY);
        Budget ofRole = budget(Scope.ROLE, "user", 1_000, Window.MONTH);
        Reserved reserved = node.reserve(KEY, "gpt", 30, 30, total, ofKey, ofRole)
                .reserved()
                .orElseThrow();
        node.store.settle(reserved, new TokenUsage(30, 20));
        node.reserve("", "gpt", 5, 5, total, ofRole);
        node.writer.saveAll();

        node.emptyStore();
        Reservation next = node.reserve(KEY, "gpt", 10, 1_000, total, ofKey, ofRole);

        assertEquals(
                30, next.reserved().orElseThrow().answerTokens(), "of 100 there were 60 used, of the key's 90, 50");
        node.emptyStore();
        node.now = Instant.parse("2026-03-02T00:00:00Z");
        Reservation tomorrow = node.reserve(KEY, "gpt", 10, 1_000, ofKey);
        assertEquals(80, tomorrow.reserved().orElseThrow().answerTokens(), "a new day");
    }

    @ParameterizedTest
    @MethodSource("nodes")
    void aBudgetThatIsSetLaterCountsWhatWasUsedBefore(Node node) {
        node.reserve(KEY, "gpt", 60, 0); // not saved yet

        Reservation refused = node.reserve(KEY, "gpt", 50, 10, budget(Scope.ACCOUNT, "", 100, Window.MONTH));

        assertEquals(Outcome.EXHAUSTED, refused.outcome());
        assertEquals(40, refused.left().orElseThrow().remaining());
    }

    @ParameterizedTest
    @MethodSource("nodes")
    void aMonthBeginsAnewAtItsEndAndNotBefore(Node node) {
        Budget month = budget(Scope.ACCOUNT, "", 100, Window.MONTH);
        node.now = Instant.parse("2028-02-01T00:00:00Z");
        node.reserve(KEY, "gpt", 100, 0, month);

        node.now = Instant.parse("2028-02-29T23:59:59.999Z");
        Reservation last = node.reserve(KEY, "gpt", 1, 0, month);
        assertEquals(Outcome.EXHAUSTED, last.outcome());
        assertEquals(Duration.ofMillis(1), last.left().orElseThrow().reset().orElseThrow());
        assertEquals(Duration.ofDays(29), last.left().orElseThrow().window().orElseThrow());

        node.now = Instant.parse("2028-03-01T00:00:00Z");
        assertEquals(Outcome.GRANTED, node.reserve(KEY, "gpt", 1, 0, month).outcome());
    }

    /** Also: a budget in use is read from the database once, and not again when its first counter would have expired. */
    @ParameterizedTest
    @MethodSource("nodes")
    void everyMonthEndsWhereTheCalendarSays(Node node) {
        Budget month = budget(Scope.ACCOUNT, "", 1, Window.MONTH);
        MeteredCall call = new MeteredCall(KEY, "gpt", 1, 0, List.of(month), Duration.ofMinutes(3));
        node.now = Instant.parse("2026-12-15T12:00:00Z");
        node.reserve(KEY, "gpt", 1, 0, month);
        for (YearMonth each = YearMonth.of(2027, 1); each.getYear() < 2030; each = each.plusMonths(1)) {
            node.now = each.atDay(1).atTime(13, 14).toInstant(ZoneOffset.UTC);
            Reservation first = Reservations.reserve(node.store, node.account, call, node.now);
            assertEquals(Outcome.GRANTED, first.outcome(), each.toString());
            Instant end = each.plusMonths(1).atDay(1).atStartOfDay().toInstant(ZoneOffset.UTC);
            assertEquals(
                    Duration.between(node.now, end),
                    first.left().orElseThrow().reset().orElseThrow());
            node.now = end.minusMillis(1);
            assertEquals(
                    Outcome.EXHAUSTED,
                    Reservations.reserve(node.store, node.account, call, node.now)
                            .outcome());
        }
    }

    @ParameterizedTest
    @MethodSource("nodes")
    void aSettlementAfterTheWindowHasTurnedDoesNotTouchTheNewOne(Node node) {
        Budget day = budget(Scope.ACCOUNT, "", 100, Window.DAY);
        node.now = Instant.parse("2026-03-01T23:59:59Z");
        Reserved late = node.reserve(KEY, "gpt", 50, 50, day).reserved().orElseThrow();
        node.now = Instant.parse("2026-03-02T00:00:01Z");
        node.reserve(KEY, "gpt", 10, 0, day);

        node.store.settle(late, new TokenUsage(100, 100));
        assertEquals(90, node.reserve("", "gpt", 0, 0, day).left().orElseThrow().remaining());
    }

    @ParameterizedTest
    @MethodSource("nodes")
    void aClockThatIsSetBackGivesNothingAgain(Node node) {
        Budget day = budget(Scope.ACCOUNT, "", 100, Window.DAY);
        node.now = Instant.parse("2026-03-02T00:00:01Z");
        node.reserve(KEY, "gpt", 100, 0, day);

        node.now = Instant.parse("2026-03-01T23:59:59Z"); // the replica's clock, after a failover
        assertEquals(Outcome.EXHAUSTED, node.reserve(KEY, "gpt", 1, 0, day).outcome());

        node.now = Instant.parse("2026-02-01T00:00:00Z"); // it was wrong by a month: nobody waits for that
        assertEquals(Outcome.GRANTED, node.reserve(KEY, "gpt", 1, 0, day).outcome());
    }

    @ParameterizedTest
    @MethodSource("nodes")
    void whatADeadNodeCountedIsSavedByAnother(Node node) {
        EmbeddedBackend shared = new EmbeddedBackend(() -> node.now);
        node.store = new ScriptedStore(shared);
        node.reserve(KEY, "gpt", 30, 0);
        UsageWriter survivor = new UsageWriter(new ScriptedStore(shared), node.book);

        node.now = MORNING.plus(Duration.ofMinutes(59));
        survivor.saveAll();
        assertEquals(List.of(), node.report("model", "", 10), "it may still live");
        node.now = MORNING.plus(Duration.ofMinutes(61));
        survivor.saveAll();

        assertEquals(List.of(sum(Map.of("model", "gpt"), 1, 30, 0)), node.report("model", "", 10));
        assertEquals(List.of(), new ScriptedStore(shared).forgottenUsers());
    }

    @ParameterizedTest
    @MethodSource("nodes")
    void aReportHasPagesAndNobodyElsesRows(Node node) {
        for (String model : List.of("c", "a", "B", "b")) {
            node.reserve(KEY, model, 1, 0);
        }
        node.reserve("", "a", 1, 0);
        node.writer.save(node.account);
        String own = node.account;
        HourlyUsage foreign = new HourlyUsage(
                Instant.parse("2026-03-01T09:00:00Z"), "", "g", 1, List.of(new HourlyUsage.OfModel("z", 1, 1, 1)));
        node.book.save(UUID.randomUUID().toString(), List.of(foreign));

        List<String> models = new ArrayList<>();
        String cursor = "";
        for (int i = 0; i < 4; i++) {
            List<UsageSum> page = node.report("model", cursor, 1);
            models.add(page.get(0).of().get("model"));
            cursor = UsageQuery.cursor(page.get(0));
        }
        assertEquals(List.of(), node.report("model", cursor, 1));
        assertEquals(4, models.stream().distinct().count(), models.toString());
        assertFalse(models.contains("z"));

        List<UsageSum> keys = node.report("key", "", 10);
        assertEquals(
                List.of("", KEY),
                keys.stream().map(row -> row.of().get("key_id")).toList());
        assertEquals(1, node.report("key", UsageQuery.cursor(keys.get(0)), 10).size());
        assertEquals(List.of(sum(Map.of("user_id", own, "username", ""), 5, 5, 0)), node.report("user", "", 10));
    }

    @ParameterizedTest
    @MethodSource("nodes")
    void aSettlementThatTheStoreMissesIsRepeated(Node node) {
        Reserved reserved = node.reserve(KEY, "gpt", 30, 0).reserved().orElseThrow();
        AtomicBoolean away = new AtomicBoolean(true);
        SecurityStore sometimes = (SecurityStore) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {SecurityStore.class}, (proxy, method, arguments) -> {
                    if (away.get()) {
                        throw new StoreUnavailableException(new IOException("away"));
                    }
                    return method.invoke(node.store, arguments);
                });
        Settlement settlement = new Settlement(sometimes, new Meters());

        settlement.settle(reserved, Optional.of(new TokenUsage(20, 5)));
        settlement.retry();
        node.writer.save(node.account);
        assertEquals(List.of(sum(Map.of("model", "gpt"), 1, 30, 0)), node.report("model", "", 10), "it stands");
        away.set(false);
        settlement.retry();
        node.writer.save(node.account);

        assertEquals(List.of(sum(Map.of("model", "gpt"), 1, 20, 5)), node.report("model", "", 10));
    }

    @ParameterizedTest
    @MethodSource("nodes")
    void liesOfTheUpstreamAddUpToTheLargestNumberAndNotToANegativeOne(Node node) {
        Budget total = budget(Scope.ACCOUNT, "", Budget.MOST, Window.TOTAL);
        for (int i = 0; i < 1_100; i++) {
            node.book.save(
                    node.account,
                    List.of(new HourlyUsage(
                            MORNING,
                            "",
                            "g" + i,
                            1,
                            List.of(new HourlyUsage.OfModel("gpt", 1, Budget.MOST, Budget.MOST)))));
        }

        assertEquals(Outcome.EXHAUSTED, node.reserve("", "gpt", 1, 1, total).outcome());
        assertEquals(Long.MAX_VALUE, node.report("model", "", 1).get(0).input());
    }

    @ParameterizedTest
    @MethodSource("nodes")
    void withoutAWordOfTheUpstreamTheReservationStands(Node node) {
        Budget day = budget(Scope.ACCOUNT, "", 100, Window.DAY);
        Reserved reserved = node.reserve(KEY, "gpt", 30, 40, day).reserved().orElseThrow();

        new Settlement(node.store, new Meters()).settle(reserved, Optional.empty());

        assertEquals(
                30, node.reserve(KEY, "gpt", 0, 0, day).left().orElseThrow().remaining());
    }

    @ParameterizedTest
    @MethodSource("nodes")
    void aRefusalSaysWhatIsLeftAndWhenToComeBack(Node node) {
        Budget day = budget(Scope.KEY, KEY, 100, Window.DAY);
        BudgetLimit limit = new BudgetLimit(new Meters());

        AuthException refusal = limit.refusal(node.reserve(KEY, "gpt", 150, 10, day));

        assertEquals("budget_exhausted", refusal.code().code());
        assertEquals(
                Long.toString(Duration.ofHours(14).plusMinutes(30).toSeconds()),
                refusal.headers().get("Retry-After"));
        assertEquals("\"budget\";q=100;qu=\"tokens\";w=86400", refusal.headers().get("RateLimit-Policy"));
        assertEquals("\"budget\";r=100;t=52200", refusal.headers().get("RateLimit"));

        AuthException forever =
                limit.refusal(node.reserve(KEY, "gpt", 150, 10, budget(Scope.ROLE, "user", 100, Window.TOTAL)));
        assertEquals("86400", forever.headers().get("Retry-After"), "an administrator may have raised it");
        assertEquals("\"budget\";r=100", forever.headers().get("RateLimit"));
    }

    @ParameterizedTest
    @MethodSource("badQueries")
    void aBadQueryIsRefused(List<String> query) {
        assertThrows(
                AuthException.class,
                () -> UsageQuery.of(
                        query.get(0), query.get(1), query.get(2), Optional.empty(), query.get(3), 10, MORNING));
    }

    static Stream<List<String>> badQueries() {
        return Stream.of(
                List.of("yesterday", "", "", ""),
                List.of("", "2026-13-01", "", ""),
                List.of("+999999999-01-01", "", "", ""),
                List.of("2026-03-01", "2026-03-01", "", ""),
                List.of("2026-03-02", "2026-03-01", "", ""),
                List.of("2024-01-01", "2026-03-01", "", ""),
                List.of("", "", "hour", ""),
                List.of("", "", "DAY", ""),
                List.of("", "", "day", "?"),
                List.of("", "", "day", "YQ"),
                List.of("", "", "key", "YQ"));
    }
}
