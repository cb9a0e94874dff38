package com.amplihack.auth.users;

import com.amplihack.auth.store.budget.Budget;
import java.util.List;
import java.util.Set;

/** The budgets that accounts and roles have. */
@FunctionalInterface
public interface BudgetDirectory {
    /**
     * All budgets that apply to an account: its own and those of its roles.
     *
     * @param roles names of the roles that it has
     */
    List<Budget> of(String accountId, Set<String> roles);

    /** Whether any account or role has a budget. */
    default boolean any() {
        return true;
    }
}
