package com.amplihack.auth.metering;

import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.store.SecurityStore;
import com.amplihack.auth.store.budget.Budget;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.List;

/** Tells the store what was used of budgets that it does not know, or has lost, from the database. */
@Singleton
public class BudgetSeeds {
    private final SecurityStore store;
    private final UsageWriter writer;
    private final UsageBook book;

    @Inject
    public BudgetSeeds(SecurityStore store, UsageWriter writer, UsageBook book) {
        this.store = store;
        this.writer = writer;
        this.book = book;
    }

    /**
     * Answers a reservation that was UNSEEDED; afterwards it can be made.
     *
     * @param at the time by the store's clock
     * @throws AuthException {@code store_unavailable}
     */
    public void seed(String account, List<Budget> budgets, Instant at) {
        writer.save(account); // or the database would not know of the last minute
        store.seed(
                account,
                budgets.stream().map(budget -> book.used(account, budget, at)).toList());
    }
}
