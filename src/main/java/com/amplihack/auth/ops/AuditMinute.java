package com.amplihack.auth.ops;

import com.amplihack.auth.audit.AuditLog;
import com.amplihack.auth.problem.RepeatedLog;
import jakarta.ejb.Schedule;
import jakarta.ejb.Singleton;
import jakarta.inject.Inject;

/** Logs the number of suppressed audit entries and log messages once a minute. */
@Singleton
public class AuditMinute {
    @Inject
    private AuditLog audit;

    @Schedule(hour = "*", minute = "*", persistent = false)
    void flush() {
        audit.recordSuppressed();
        RepeatedLog.endMinute();
    }
}
