package com.amplihack.auth.admin;

import com.amplihack.auth.audit.AuditEntry;
import com.amplihack.auth.audit.AuditEvent;
import com.amplihack.auth.audit.AuditLog;
import com.amplihack.auth.client.ClientContext;
import com.amplihack.auth.token.AccessToken;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.json.JsonObjectBuilder;

/** Records what the calling administrator did: who, from where, to whom, before and after. */
@RequestScoped
public class AdminAudit {
    @Inject
    private AuditLog audit;

    @Inject
    private AccessToken caller;

    @Inject
    private ClientContext client;

    void record(String action, String target, JsonObjectBuilder before, JsonObjectBuilder after) {
        AuditEntry entry = AuditEntry.of(AuditEvent.ADMIN_ACTION, client)
                .user(caller.subject())
                .session(caller.sid())
                .detail("action", action)
                .detail("target", target);
        if (before != null) {
            entry.detail("before", before.build());
        }
        if (after != null) {
            entry.detail("after", after.build());
        }
        audit.record(entry);
    }
}
