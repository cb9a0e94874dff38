package com.amplihack.auth.metering;

import jakarta.annotation.PreDestroy;
import jakarta.ejb.Schedule;
import jakarta.ejb.Singleton;
import jakarta.inject.Inject;

/** Saves usage twice a minute, after the settlements that the store has missed, and tells of budgets that it uses up. */
@Singleton
public class UsageTimer {
    @Inject
    private Settlement settlement;

    @Inject
    private UsageWriter writer;

    @Inject
    private BudgetNotices notices;

    @PreDestroy
    @Schedule(hour = "*", minute = "*", second = "*/30", persistent = false)
    void save() {
        settlement.retry();
        notices.check(writer.saveAll());
    }
}
