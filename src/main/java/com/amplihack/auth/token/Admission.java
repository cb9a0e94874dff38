package com.amplihack.auth.token;

import com.amplihack.auth.problem.RateLimit;
import com.amplihack.auth.store.budget.Budget;
import com.amplihack.auth.store.budget.Reservation;
import java.util.List;
import java.util.Optional;

/**
 * A request that was admitted, unless its reservation says otherwise.
 *
 * @param left the quota after it; empty if it is unlimited
 * @param reservation what a metered call has reserved; empty for other requests
 * @param budgets of a metered call
 */
public record Admission(
        Caller caller, Optional<RateLimit> left, Optional<Reservation> reservation, List<Budget> budgets) {
    public Admission {
        budgets = List.copyOf(budgets);
    }
}
