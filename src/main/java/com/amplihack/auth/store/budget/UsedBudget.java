package com.amplihack.auth.store.budget;

import java.time.Instant;

/**
 * What the database says was used of a budget.
 *
 * @param at a time in the window
 */
public record UsedBudget(Budget budget, Instant at, long tokens, long requests) {}
