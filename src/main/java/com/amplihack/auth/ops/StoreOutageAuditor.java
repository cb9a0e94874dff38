package com.amplihack.auth.ops;

import com.amplihack.auth.audit.AuditEntry;
import com.amplihack.auth.audit.AuditEvent;
import com.amplihack.auth.audit.AuditEvent.Severity;
import com.amplihack.auth.audit.AuditLog;
import com.amplihack.auth.store.StoreOutage;
import com.amplihack.auth.web.ClientContext;
import java.util.function.Consumer;

/** Audits the start and the end of a store outage. */
record StoreOutageAuditor(AuditLog audit) implements Consumer<StoreOutage> {
    @Override
    public void accept(StoreOutage outage) {
        AuditEntry entry = AuditEntry.of(AuditEvent.STORE_UNAVAILABLE, ClientContext.NONE)
                .detail("state", outage.lasted().isEmpty() ? "away" : "back")
                .detail("store", outage.address())
                .detail("reason", outage.reason());
        outage.lasted().ifPresent(lasted -> entry.severity(Severity.INFO)
                .detail("seconds", Long.toString(lasted.toSeconds())));
        audit.record(entry);
    }
}
