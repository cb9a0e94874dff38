package com.amplihack.auth.ops;

import com.amplihack.auth.audit.AuditLog;
import com.amplihack.auth.problem.RepeatedLog;
import jakarta.ejb.Schedule;
import jakarta.ejb.Singleton;
import jakarta.inject.Inject;

/** Has audit log and server log tell, once a minute, of what they did not write one by one. */
@Singleton
public class AuditMinute {
    @Inject
    private AuditLog audit;

    @Schedule(hour = "*", minute = "*", persistent = false)
    void tell() {
        audit.recordSuppressed();
        RepeatedLog.endMinute();
    }
}
