package com.amplihack.auth.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.store.budget.Budget;
import com.amplihack.auth.store.budget.Budget.Scope;
import com.amplihack.auth.store.budget.Budget.Window;
import com.amplihack.auth.store.budget.HourlyUsage;
import com.amplihack.auth.store.budget.MeteredCall;
import com.amplihack.auth.store.budget.Reservation;
import com.amplihack.auth.store.budget.Reservation.Outcome;
import com.amplihack.auth.store.budget.Reservation.Unit;
import com.amplihack.auth.store.budget.Reserved;
import com.amplihack.auth.store.budget.TokenUsage;
import com.amplihack.auth.store.budget.UsedBudget;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.OptionalLong;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What every store promises about budgets and usage; the part of {@link SecurityStoreContract} for docs/budgets.md. */
abstract class BudgetContract extends LockoutContract {
    static final String KEY_ID = "0123456789abcdef";
    private static final Duration LIFE = Duration.ofMinutes(3);

    final String caller = UUID.randomUUID().toString();

    static Budget budget(Scope scope, String name, long tokens, long requests, Window window) {
        return new Budget(scope, name, limit(tokens), limit(requests), window);
    }

    private static OptionalLong limit(long limit) {
        return limit == 0 ? OptionalLong.empty() : OptionalLong.of(limit);
    }

    static Budget tokens(long tokens) {
        return budget(Scope.ACCOUNT, "", tokens, 0, Window.MONTH);
    }

    static Budget requests(long requests) {
        return budget(Scope.KEY, KEY_ID, 0, requests, Window.TOTAL);
    }

    Reservation reserve(long prompt, long answer, Budget... budgets) {
        return reserve(caller, new MeteredCall(KEY_ID, "gpt", prompt, answer, List.of(budgets), LIFE));
    }

    private Reservation reserve(String account, MeteredCall call) {
        return Reservations.reserve(store(), account, call, now());
    }

    /** Reserves from budgets of which nothing was used before, or from what is known. */
    Reservation reserveFresh(long prompt, long answer, Budget... budgets) {
        Reservation reservation = reserve(prompt, answer, budgets);
        if (reservation.outcome() != Outcome.UNSEEDED) {
            return reservation;
        }
        seed(0, 0, budgets);
        return reserve(prompt, answer, budgets);
    }

    void seed(long tokens, long requests, Budget... budgets) {
        store().seed(
                        caller,
                        List.of(budgets).stream()
                                .map(budget -> new UsedBudget(budget, now(), tokens, requests))
                                .toList());
    }

    long left(Budget budget) {
        return reserve(0, 0, budget).left().orElseThrow().remaining();
    }

    // reserving

    @Test
    void aCallGetsWhatItAskedForAndTheBudgetHasTheRest() {
        Reservation reservation = reserveFresh(30, 50, tokens(100));

        assertEquals(Outcome.GRANTED, reservation.outcome());
        assertEquals(30, reservation.reserved().orElseThrow().promptTokens());
        assertEquals(50, reservation.reserved().orElseThrow().answerTokens());
        Reservation.Left left = reservation.left().orElseThrow();
        assertEquals(Scope.ACCOUNT, left.scope());
        assertEquals(Unit.TOKENS, left.unit());
        assertEquals(100, left.limit());
        assertEquals(20, left.remaining());
    }

    @Test
    void theAnswerIsCappedAtWhatEveryBudgetHasLeft() {
        Budget key = budget(Scope.KEY, KEY_ID, 1_000, 0, Window.DAY);
        Budget role = budget(Scope.ROLE, "user", 80, 0, Window.TOTAL);

        Reservation reservation = reserveFresh(30, 4096, tokens(100), key, role);

        assertEquals(50, reservation.reserved().orElseThrow().answerTokens());
        assertEquals(Scope.ROLE, reservation.left().orElseThrow().scope());
        assertEquals(0, reservation.left().orElseThrow().remaining());
        assertEquals(20, left(tokens(100)));
        assertEquals(920, left(key));
    }

    @Test
    void aPromptThatLeavesNoRoomForAnAnswerIsRefused() {
        assertEquals(Outcome.EXHAUSTED, reserveFresh(100, 1, tokens(100)).outcome());
        assertEquals(1, reserve(99, 10, tokens(100)).reserved().orElseThrow().answerTokens());
        assertEquals(Outcome.EXHAUSTED, reserve(1, 0, tokens(100)).outcome(), "an embedding of one token");
    }

    @Test
    void aCallWithoutAnswerMayTakeTheLastToken() {
        assertEquals(Outcome.GRANTED, reserveFresh(100, 0, tokens(100)).outcome());
        assertEquals(0, left(tokens(100)));
    }

    @Test
    void aCallWithoutTokensPassesAnExhaustedBudgetOfTokensAndCountsAsARequest() {
        reserveFresh(100, 0, tokens(100));
        Budget both = budget(Scope.KEY, KEY_ID, 100, 2, Window.DAY);

        assertEquals(Outcome.GRANTED, reserveFresh(0, 0, tokens(100), both).outcome());
        assertEquals(Outcome.GRANTED, reserve(0, 0, tokens(100), both).outcome());
        assertEquals(Outcome.EXHAUSTED, reserve(0, 0, tokens(100), both).outcome());
    }

    @Test
    void oneBudgetWithoutRoomTakesNothingFromTheOthers() {
        reserveFresh(0, 0, requests(1));

        Reservation refused = reserveFresh(10, 10, tokens(100), requests(1));

        assertEquals(Outcome.EXHAUSTED, refused.outcome());
        assertTrue(refused.reserved().isEmpty());
        Reservation.Left left = refused.left().orElseThrow();
        assertEquals(Scope.KEY, left.scope());
        assertEquals(Unit.REQUESTS, left.unit());
        assertEquals(1, left.limit());
        assertEquals(0, left.remaining());
        assertTrue(left.reset().isEmpty(), "a budget in total never begins anew");
        assertEquals(100, left(tokens(100)));
    }

    @Test
    void ofTwoThatRefuseTheOneThatRefusesLongerIsTold() {
        Budget day = budget(Scope.KEY, KEY_ID, 5, 0, Window.DAY);
        Budget month = budget(Scope.ACCOUNT, "", 5, 0, Window.MONTH);

        Reservation reservation = reserveFresh(10, 10, day, month);
        Reservation.Left left = reservation.left().orElseThrow();

        boolean lastDay = reservation.now().atOffset(ZoneOffset.UTC).plusDays(1).getDayOfMonth() == 1;
        assertEquals(lastDay ? Scope.KEY : Scope.ACCOUNT, left.scope(), "both end at once on the last day of a month");
        long days = left.window().orElseThrow().toDays();
        assertTrue(lastDay ? days == 1 : days >= 28 && days <= 31, "days of the window: " + days);
        assertTrue(left.reset().orElseThrow().compareTo(left.window().orElseThrow()) <= 0);
    }

    @Test
    void aDayEndsAtMidnightInUtc() {
        Reservation reservation = reserveFresh(1, 1, budget(Scope.ACCOUNT, "", 50, 0, Window.DAY));

        Reservation.Left left = reservation.left().orElseThrow();

        assertEquals(Duration.ofDays(1), left.window().orElseThrow());
        Instant end = reservation.now().plus(left.reset().orElseThrow());
        assertEquals(end.truncatedTo(ChronoUnit.DAYS), end);
        assertTrue(end.isAfter(reservation.now()));
    }

    @Test
    void withoutBudgetsNothingIsLimited() {
        Reservation reservation = reserve(1_000_000, 1_000_000);

        assertEquals(Outcome.GRANTED, reservation.outcome());
        assertEquals(1_000_000, reservation.reserved().orElseThrow().answerTokens());
        assertTrue(reservation.left().isEmpty());
    }

    @Test
    void theLargestBudgetIsCountedExactly() {
        Budget largest = tokens(Budget.MOST);

        Reservation all = reserveFresh(1, Budget.MOST - 2, largest);

        assertEquals(Budget.MOST - 2, all.reserved().orElseThrow().answerTokens());
        assertEquals(1, all.left().orElseThrow().remaining());
        assertEquals(1, reserve(0, 5, largest).reserved().orElseThrow().answerTokens());
        assertEquals(Outcome.EXHAUSTED, reserve(0, 5, largest).outcome());
    }

    /** The burst: 200 calls at once, each of a tenth of the budget. */
    @Test
    void ofTwoHundredParallelCallsTenFit() throws Exception {
        Budget ten = budget(Scope.ACCOUNT, "", 10_000, 0, Window.DAY);
        seed(0, 0, ten);

        List<Reservation> all = SecurityStoreContract.race(200, i -> () -> reserve(400, 600, ten));

        assertEquals(
                10, all.stream().filter(one -> one.outcome() == Outcome.GRANTED).count());
        assertEquals(
                190,
                all.stream().filter(one -> one.outcome() == Outcome.EXHAUSTED).count());
        assertEquals(0, left(ten));
    }

    @Test
    void ofTwoHundredParallelCallsOfAnySizeNoneIsGrantedMoreThanIsLeft() throws Exception {
        Budget budget = budget(Scope.ACCOUNT, "", 10_000, 0, Window.DAY);
        seed(0, 0, budget);

        List<Reservation> all = SecurityStoreContract.race(200, i -> () -> reserve(1, 700, budget));

        long granted = all.stream()
                .flatMap(one -> one.reserved().stream())
                .mapToLong(one -> one.promptTokens() + one.answerTokens())
                .sum();
        assertEquals(10_000, granted, "all of it, and not one more");
    }

    // settling

    @Test
    void settlingReplacesTheReservationOnce() {
        Reserved reserved = reserveFresh(30, 50, tokens(100)).reserved().orElseThrow();

        store().settle(reserved, new TokenUsage(25, 5));
        store().settle(reserved, new TokenUsage(25, 5));
        store().giveBack(reserved);

        assertEquals(70, left(tokens(100)));
    }

    @Test
    void whatWasUsedBeyondTheEstimateIsOwed() {
        Reserved reserved = reserveFresh(30, 70, tokens(100)).reserved().orElseThrow();

        store().settle(reserved, new TokenUsage(60, 70));

        assertEquals(0, left(tokens(100)), "never shown below zero");
        assertEquals(Outcome.EXHAUSTED, reserve(1, 1, tokens(100)).outcome());
        assertEquals(Outcome.GRANTED, reserve(0, 0, tokens(100)).outcome(), "a call without tokens owes none");
        assertEquals(1, reserve(20, 5, tokens(151)).reserved().orElseThrow().answerTokens(), "130 were used");
    }

    @Test
    void whatNeverReachedTheUpstreamIsGivenBackWithItsRequest() {
        Reserved reserved =
                reserveFresh(30, 70, tokens(100), requests(1)).reserved().orElseThrow();
        assertEquals(Outcome.EXHAUSTED, reserve(0, 0, requests(1)).outcome());

        store().giveBack(reserved);

        assertEquals(100, left(tokens(100)));
        assertEquals(Outcome.GRANTED, reserve(0, 0, requests(1)).outcome());
    }

    @Test
    void aLieOfTheUpstreamOverflowsNothing() {
        for (int i = 0; i < 3; i++) {
            Reserved reserved =
                    reserveFresh(0, 0, tokens(Budget.MOST)).reserved().orElseThrow();
            store().settle(reserved, new TokenUsage(Budget.MOST, Budget.MOST));
        }
        assertEquals(0, left(tokens(Budget.MOST)));
        assertEquals(Budget.MOST, usage().get(0).models().get(0).output());
    }

    @Test
    void aReservationThatIsNotSettledStands() {
        reserve(caller, new MeteredCall(KEY_ID, "gpt", 0, 0, List.of(), LIFE));
        seed(0, 0, tokens(100));
        Reserved reserved = reserve(
                        caller, new MeteredCall(KEY_ID, "gpt", 30, 50, List.of(tokens(100)), Duration.ofMillis(200)))
                .reserved()
                .orElseThrow();

        advance(Duration.ofMillis(250));

        assertEquals(20, left(tokens(100)));
        store().settle(reserved, new TokenUsage(0, 0));
        assertEquals(20, left(tokens(100)), "too late to be corrected");
    }

    @Test
    void aReservationIsKeptWhileItsAnswerArrives() {
        seed(0, 0, tokens(100));
        Reserved reserved = reserve(
                        caller, new MeteredCall(KEY_ID, "gpt", 30, 50, List.of(tokens(100)), Duration.ofMillis(400)))
                .reserved()
                .orElseThrow();
        advance(Duration.ofMillis(100));
        store().extend(reserved, Duration.ofMinutes(1));
        advance(Duration.ofMillis(350));

        store().settle(reserved, new TokenUsage(1, 1));

        assertEquals(98, left(tokens(100)));
    }

    // seeds

    @Test
    void whatTheStoreDoesNotKnowIsAskedForAndNothingIsTaken() {
        seed(0, 0, tokens(100));

        Reservation reservation = reserve(10, 10, tokens(100), requests(5));

        assertEquals(Outcome.UNSEEDED, reservation.outcome());
        assertTrue(reservation.reserved().isEmpty());
        assertEquals(100, left(tokens(100)));
        assertTrue(Duration.between(reservation.now(), now()).abs().toSeconds() < 5);
    }

    @Test
    void aBudgetGoesOnFromWhatTheDatabaseHas() {
        seed(90, 4, tokens(100), requests(5));

        assertEquals(
                7,
                reserve(3, 10, tokens(100), requests(5))
                        .reserved()
                        .orElseThrow()
                        .answerTokens());
        assertEquals(Outcome.EXHAUSTED, reserve(0, 0, requests(5)).outcome());
    }

    @Test
    void aSeedChangesNothingThatIsKnown() {
        reserveFresh(10, 10, tokens(100));

        seed(0, 0, tokens(100));
        seed(99, 99, tokens(100));

        assertEquals(80, left(tokens(100)));
    }

    @Test
    void aSeedOfAnotherWindowIsNone() {
        Budget day = budget(Scope.ACCOUNT, "", 100, 0, Window.DAY);

        store().seed(caller, List.of(new UsedBudget(day, now().minus(Duration.ofDays(1)), 99, 1)));

        assertEquals(Outcome.UNSEEDED, reserve(1, 1, day).outcome());
    }

    @Test
    void aChangedBudgetIsCountedAnewFromTheDatabase() {
        reserveFresh(10, 10, tokens(100), requests(5));

        store().recount(List.of(caller), Scope.ACCOUNT, "");

        assertEquals(Outcome.UNSEEDED, reserve(1, 1, tokens(200)).outcome());
        assertEquals(Outcome.GRANTED, reserve(0, 0, requests(5)).outcome(), "others are not");
    }

    @Test
    void budgetsOfOtherNamesScopesAccountsAndWindowsAreOthers() {
        reserveFresh(50, 50, tokens(100));

        for (Budget other : List.of(
                budget(Scope.KEY, "", 100, 0, Window.MONTH),
                budget(Scope.ROLE, "a", 100, 0, Window.MONTH),
                budget(Scope.ROLE, "b", 100, 0, Window.MONTH),
                budget(Scope.ACCOUNT, "", 100, 0, Window.DAY))) {
            assertEquals(Outcome.GRANTED, reserveFresh(50, 50, other).outcome(), other.toString());
        }
        String stranger = UUID.randomUUID().toString();
        assertEquals(
                Outcome.UNSEEDED,
                reserve(stranger, new MeteredCall("", "gpt", 1, 1, List.of(tokens(100)), LIFE))
                        .outcome());
    }

    // usage

    List<HourlyUsage> usage() {
        return store().unsavedUsage(caller);
    }

    @Test
    void usageIsCountedByHourKeyAndModelAndCorrectedBySettlements() {
        Reserved first = reserveFresh(30, 50, tokens(1_000)).reserved().orElseThrow();
        Reserved second = reserve(10, 10, tokens(1_000)).reserved().orElseThrow();
        reserve(caller, new MeteredCall("", "claude", 7, 7, List.of(), LIFE));

        store().settle(first, new TokenUsage(20, 5));

        HourlyUsage ofKey = usage().stream()
                .filter(u -> u.keyId().equals(KEY_ID))
                .findFirst()
                .orElseThrow();
        assertEquals(List.of(new HourlyUsage.OfModel("gpt", 2, 30, 15)), ofKey.models());
        assertEquals(now().truncatedTo(ChronoUnit.HOURS), ofKey.hour());
        HourlyUsage ofToken =
                usage().stream().filter(u -> u.keyId().isEmpty()).findFirst().orElseThrow();
        assertEquals(
                List.of(new HourlyUsage.OfModel("claude", 1, 7, 0)),
                ofToken.models(),
                "without a budget nothing is reserved for the answer");
        store().giveBack(second);
        assertEquals(
                List.of(new HourlyUsage.OfModel("gpt", 1, 20, 5)),
                usage().stream()
                        .filter(u -> u.keyId().equals(KEY_ID))
                        .findFirst()
                        .orElseThrow()
                        .models());
    }

    @Test
    void whatIsSavedIsDoneUnlessItHasChangedMeanwhile() {
        reserveFresh(1, 1, tokens(100));
        List<HourlyUsage> read = usage();
        reserve(1, 1, tokens(100));

        store().usageSaved(caller, read);

        List<HourlyUsage> again = usage();
        assertEquals(1, again.size());
        assertEquals(read.get(0).generation(), again.get(0).generation());
        assertTrue(again.get(0).version() > read.get(0).version());
        store().usageSaved(caller, again);
        assertEquals(List.of(), usage());
        store().usageSaved(caller, again);
    }

    @Test
    void modelsBeyondSixtyFourCountAsOther() {
        for (int i = 0; i < 66; i++) {
            reserve(caller, new MeteredCall("", "model-" + i, 1, 1, List.of(), LIFE));
        }
        HourlyUsage usage = usage().get(0);

        assertEquals(65, usage.models().size());
        assertTrue(usage.models().contains(new HourlyUsage.OfModel("other", 2, 2, 0)), usage.toString());
    }

    @Test
    void manyRecordsComeAFewAtATime() {
        for (int i = 0; i < 20; i++) {
            reserve(caller, new MeteredCall("key-" + i, "gpt", 1, 1, List.of(), LIFE));
        }
        List<HourlyUsage> first = usage();
        assertEquals(16, first.size());
        store().usageSaved(caller, first);
        assertEquals(4, usage().size());
    }

    @Test
    void aNodeKnowsForWhomItCounts() {
        reserve(1, 1);
        assertEquals(List.of(caller), store().usersToSave());
        assertEquals(List.of(), store().usersToSave());
        reserve(1, 1);
        assertEquals(List.of(caller), store().usersToSave());
    }

    @Test
    void whomANodeHasJustCountedForIsNotForgotten() {
        reserve(1, 1);
        assertFalse(store().forgottenUsers().stream()
                .anyMatch(user -> user.subject().equals(caller)));
    }
}
