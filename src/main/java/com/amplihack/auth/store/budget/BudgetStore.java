package com.amplihack.auth.store.budget;

import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;

/**
 * Keeps budgets and counts usage (docs/budgets.md). A call reserves what it may use in the step that admits it; afterwards
 * the real usage replaces the reservation. Usage is counted with the reservation and corrected with it, so that the sums of
 * usage and what was used of a budget are the same.
 */
public interface BudgetStore {
    /**
     * Replaces what was reserved by what was used, in the windows of the reservation. Does nothing if that was done before
     * or the reservation can no longer be corrected.
     */
    void settle(Reserved reserved, TokenUsage used);

    /** Gives a reservation back, the request too, as the call never reached the upstream. */
    void giveBack(Reserved reserved);

    /** Keeps a reservation correctable for that long from now, while an answer still arrives. */
    void extend(Reserved reserved, Duration life);

    /** Tells what was used of budgets of which the store knows nothing in that window; the others stay as they are. */
    void seed(String subject, List<UsedBudget> used);

    /**
     * Forgets what was used of budgets, so that it is read from the database again; to be called once budgets of that
     * scope and name have been set or removed there.
     *
     * @param name as in {@link Budget}
     */
    void recount(Collection<String> subjects, Budget.Scope scope, String name);

    /** The accounts for which this node has counted usage since it last asked. */
    List<String> usersToSave();

    /** Usage of an account that the database may not have yet; at most 16 records, the rest once these are saved. */
    List<HourlyUsage> unsavedUsage(String subject);

    /** Says that the database has this usage; what has changed since it was read stays unsaved. */
    void usageSaved(String subject, List<HourlyUsage> saved);

    /**
     * An account for which a node counts usage that it will save, unless it dies.
     *
     * @param at when a node noted this last
     */
    record CountedFor(String subject, Instant at) {}

    /** After this time without a note by any node, an account's usage counts as forgotten. */
    Duration FORGOTTEN_AFTER = Duration.ofHours(1);

    /** Accounts whose usage may have been forgotten; at most 128. */
    List<CountedFor> forgottenUsers();

    /** Says that an account has no unsaved usage, unless a node has noted something since. */
    void forget(CountedFor user);
}
