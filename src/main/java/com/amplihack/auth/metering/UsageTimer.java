package com.amplihack.auth.metering;

import jakarta.annotation.PreDestroy;
import jakarta.ejb.Schedule;
import jakarta.ejb.Singleton;
import jakarta.inject.Inject;

/** Saves usage twice a minute, after the settlements that the store has missed. */
@Singleton
public class UsageTimer {
    @Inject
    private Settlement settlement;

    @Inject
    private UsageWriter writer;

    @PreDestroy
    @Schedule(hour = "*", minute = "*", second = "*/30", persistent = false)
    void save() {
        settlement.retry();
        writer.saveAll();
    }
}
