package com.amplihack.auth.ops;

import com.amplihack.auth.audit.AuditLog;
import com.amplihack.auth.problem.RateLimitedLogger;
import jakarta.ejb.Schedule;
import jakarta.ejb.Singleton;
import jakarta.inject.Inject;

/** Logs the number of suppressed audit entries and log messages once a minute. */
@Singleton
public class SuppressedEventsTimer {
    @Inject
    private AuditLog audit;

    @Schedule(hour = "*", minute = "*", persistent = false)
    void flush() {
        audit.recordSuppressed();
        RateLimitedLogger.endMinute();
    }
}
