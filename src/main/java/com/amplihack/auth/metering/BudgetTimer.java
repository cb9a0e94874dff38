package com.amplihack.auth.metering;

import com.amplihack.auth.problem.AuthException;
import jakarta.ejb.Schedule;
import jakarta.ejb.Singleton;
import jakarta.inject.Inject;

/** Looks every five seconds whether accounts or roles have budgets, which may have been set on another node. */
@Singleton
public class BudgetTimer {
    @Inject
    private AccountBudgets budgets;

    @Schedule(hour = "*", minute = "*", second = "*/5", persistent = false)
    void look() {
        try {
            budgets.look();
        } catch (AuthException away) {
            // without the database nobody sets one
        }
    }
}
