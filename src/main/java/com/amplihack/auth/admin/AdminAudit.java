package com.amplihack.auth.admin;

import com.amplihack.auth.audit.AuditEntry;
import com.amplihack.auth.audit.AuditEvent;
import com.amplihack.auth.audit.AuditLog;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import com.amplihack.auth.token.AccessToken;
import com.amplihack.auth.users.Account;
import com.amplihack.auth.web.ClientContext;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.json.JsonObjectBuilder;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Writes an administrator's actions to the audit log, with target, state before and state after. */
@RequestScoped
public class AdminAudit {
    @Inject
    private AuditLog audit;

    @Inject
    private AccessToken caller;

    @Inject
    private ClientContext client;

    /** Runs a change; if the store or the database fails, records it as unfinished, since it may have taken effect. */
    public <T> T attempt(String action, String target, @Nullable JsonObjectBuilder before, Supplier<T> change) {
        try {
            return change.get();
        } catch (AuthException refused) {
            if (refused.code() == ErrorCode.STORE_UNAVAILABLE) {
                record(action + "_unfinished", target, before, null);
            }
            throw refused;
        }
    }

    void recordPasswordReset(Account target) {
        audit.record(about(AuditEvent.PASSWORD_CHANGED, target).detail("reset_by", caller.subject()));
    }

    void recordUnlocked(Account target) {
        audit.record(about(AuditEvent.ACCOUNT_UNLOCKED, target).detail("unlocked_by", caller.subject()));
    }

    void recordFactorsRemoved(Account target) {
        audit.record(about(AuditEvent.FACTOR_REMOVED, target).detail("method", "all"));
    }

    private AuditEntry about(AuditEvent event, Account target) {
        return AuditEntry.of(event, client).user(target.id(), target.username()).actor("account:" + caller.username());
    }

    public void recordCritical(String action, String target) {
        audit.record(entry(action, target).severity(AuditEvent.Severity.CRITICAL));
    }

    public void record(
            String action, String target, @Nullable JsonObjectBuilder before, @Nullable JsonObjectBuilder after) {
        AuditEntry entry = entry(action, target);
        if (before != null) {
            entry.detail("before", before.build());
        }
        if (after != null) {
            entry.detail("after", after.build());
        }
        audit.record(entry);
    }

    private AuditEntry entry(String action, String target) {
        return AuditEntry.of(AuditEvent.ADMIN_ACTION, client)
                .user(caller.subject(), caller.username())
                .session(caller.sid())
                .detail("action", action)
                .detail("target", target);
    }
}
