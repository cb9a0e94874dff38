package com.amplihack.auth.ops;

import com.amplihack.auth.audit.AuditLog;
import jakarta.ejb.Schedule;
import jakarta.ejb.Singleton;
import jakarta.inject.Inject;

/** Has the audit log tell, once a minute, of what it did not write one by one. */
@Singleton
public class AuditMinute {
    @Inject
    private AuditLog audit;

    @Schedule(hour = "*", minute = "*", persistent = false)
    void tell() {
        audit.tellRefusals();
    }
}
