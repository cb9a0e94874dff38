package com.amplihack.auth.metering;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.amplihack.auth.metering.AccountBudgets.Known;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import com.amplihack.auth.store.budget.Budget;
import com.amplihack.auth.token.AccessToken;
import com.amplihack.auth.token.TestAccessToken;
import com.amplihack.auth.users.BudgetDirectory;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;

class AccountBudgetsTest {
    private static final Budget TEN =
            new Budget(Budget.Scope.ACCOUNT, "", OptionalLong.empty(), OptionalLong.of(10), Budget.Window.DAY);

    private final AccessToken caller = TestAccessToken.of(
            "jti",
            "sub",
            "eva",
            "sid",
            1,
            List.of("user"),
            List.of(),
            "",
            "",
            Instant.EPOCH,
            Instant.EPOCH,
            Instant.MAX);
    private final Table table = new Table();
    private Instant now = Instant.parse("2026-01-01T00:00:00Z");
    private final AccountBudgets budgets = new AccountBudgets(table, () -> now);

    private static final class Table implements BudgetDirectory {
        private List<Budget> rows = List.of();
        private boolean away;
        private int asked;

        @Override
        public List<Budget> of(String accountId, Set<String> roles) {
            return answer(rows);
        }

        @Override
        public boolean any() {
            return answer(!rows.isEmpty());
        }

        private <T> T answer(T what) {
            asked++;
            if (away) {
                throw new AuthException(ErrorCode.STORE_UNAVAILABLE, "away");
            }
            return what;
        }
    }

    @Test
    void whileNobodyHasABudgetTheDatabaseIsNotNeeded() {
        assertEquals(List.of(), budgets.of(caller).budgets());
        table.away = true;

        Known known = budgets.of(caller);

        assertEquals(1, table.asked);
        assertEquals("", known.limits(), "no counter is compared");
        assertEquals(List.of(), known.budgets());
    }

    @Test
    void aNodeThatNeverReachedTheDatabaseAdmitsNobody() {
        table.away = true;
        assertThrows(AuthException.class, () -> budgets.of(caller));
        assertThrows(AuthException.class, () -> budgets.of(caller));
    }

    @Test
    void theFirstBudgetOfAllIsSeenAtTheNextLook() {
        budgets.of(caller);
        table.rows = List.of(TEN);
        budgets.look();

        assertEquals("?", budgets.of(caller).limits(), "which no counter is: the store has it read");
        assertEquals(List.of(TEN), budgets.read(caller, "17").budgets());
        assertEquals("17", budgets.of(caller).limits());
        assertEquals(List.of(TEN), budgets.of(caller).budgets());
    }

    @Test
    void whatWasReadIsReadAgainAfterAMinuteAndHoldsWhileTheDatabaseIsAway() {
        table.rows = List.of(TEN);
        budgets.look();
        budgets.read(caller, "17");
        now = now.plus(Duration.ofMinutes(1));
        table.away = true;
        assertEquals(List.of(TEN), budgets.of(caller).budgets());

        table.away = false;
        table.rows = List.of();

        assertEquals(List.of(), budgets.of(caller).budgets());
    }
}
