package com.amplihack.auth.store.budget;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * The answer to a {@link MeteredCall}.
 *
 * @param reserved what was taken, when GRANTED
 * @param left of the budget that decided: the one that refuses until the latest time, or the one with the least left; empty
 *     without budgets and when UNSEEDED
 * @param now the time by the store's clock
 */
public record Reservation(Outcome outcome, Optional<Reserved> reserved, Optional<Left> left, Instant now) {
    public enum Outcome {
        GRANTED,
        /** A budget has no room; nothing was taken from any. */
        EXHAUSTED,
        /**
         * The store does not know what was used of a budget, and took nothing: read it from the database,
         * {@link BudgetStore#seed} it and try again.
         */
        UNSEEDED
    }

    public enum Unit {
        TOKENS,
        REQUESTS
    }

    /**
     * What a budget has left.
     *
     * @param remaining 0 or more
     * @param window the calendar window's whole length; empty if it never ends
     * @param reset until the window ends; empty if it never does
     */
    public record Left(
            Budget.Scope scope,
            Unit unit,
            long limit,
            long remaining,
            Optional<Duration> window,
            Optional<Duration> reset) {}
}
