package com.amplihack.auth.ops;

import com.amplihack.auth.audit.AuditEntry;
import com.amplihack.auth.audit.AuditEvent;
import com.amplihack.auth.audit.AuditLog;
import com.amplihack.auth.keys.KeyChangeCause;
import com.amplihack.auth.keys.KeyRing;
import com.amplihack.auth.keys.KeyRotation;
import com.amplihack.auth.keys.ring.KeyState;
import com.amplihack.auth.keys.ring.RingKey;
import com.amplihack.auth.metrics.Meters;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.store.SecurityStore;
import com.amplihack.auth.store.StoreUnavailableException;
import com.amplihack.auth.users.AccountDirectory;
import com.amplihack.auth.web.ClientContext;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.function.Supplier;

/** Implements and audits {@link AdminMXBean}; throws JDK exceptions only, as JMX clients have no other classes. */
@Singleton
public class Administration implements AdminMXBean {
    private final KeyRing keys;
    private final KeyRotation rotation;
    private final AccountDirectory accounts;
    private final SecurityStore store;
    private final AuditLog audit;
    private final Meters meters;

    @Inject
    public Administration(
            KeyRing keys,
            KeyRotation rotation,
            AccountDirectory accounts,
            SecurityStore store,
            AuditLog audit,
            Meters meters) {
        this.keys = keys;
        this.rotation = rotation;
        this.accounts = accounts;
        this.store = store;
        this.audit = audit;
        this.meters = meters;
    }

    @Override
    public String getSigningKey() {
        return keys.keys().stream()
                .filter(key -> key.state() == KeyState.ACTIVE)
                .map(RingKey::kid)
                .findFirst()
                .orElse("");
    }

    @Override
    public String getSessionStore() {
        return store.kind();
    }

    @Override
    public long getLiveSessions() {
        try {
            return store.liveSessions();
        } catch (StoreUnavailableException away) {
            return -1;
        }
    }

    @Override
    public long getLogins() {
        return meters.total("jwt_logins_total");
    }

    @Override
    public long getTokensIssued() {
        return meters.total("jwt_tokens_issued_total");
    }

    @Override
    public long getRequestsAdmitted() {
        return meters.total("jwt_tokens_validated_total");
    }

    @Override
    public long getRequestsRefused() {
        return meters.total("jwt_validation_errors_total");
    }

    @Override
    public long getReplays() {
        return meters.total("jwt_replay_attempts_total");
    }

    @Override
    public long getLimitViolations() {
        return meters.total("jwt_rate_limit_violations_total");
    }

    @Override
    public long getKeyRotations() {
        return meters.total("jwt_key_rotation_total");
    }

    @Override
    public String rotateKeys() {
        return call(() -> rotation.rotate(KeyChangeCause.JMX)).kid();
    }

    @Override
    public boolean unlock(String username) {
        String id = idOf(username);
        boolean wasLocked = call(() -> store.unlock(id));
        if (wasLocked) {
            audit.record(AuditEntry.of(AuditEvent.ACCOUNT_UNLOCKED, ClientContext.NONE)
                    .user(id)
                    .detail("unlocked_by", "jmx"));
        }
        audit.record(action("unlock_user", id));
        return wasLocked;
    }

    @Override
    public int endSessions(String username) {
        String id = idOf(username);
        int ended = call(() -> store.endAll(id));
        audit.record(action("end_sessions", id));
        return ended;
    }

    @Override
    public void revokeAll() {
        call(() -> {
            store.endEverybody();
            return true;
        });
        audit.record(action("revoke_all", "everybody").severity(AuditEvent.Severity.CRITICAL));
    }

    private String idOf(String username) {
        return call(() -> accounts.idOf(username))
                .orElseThrow(() -> new IllegalArgumentException("There is no account with this name."));
    }

    private static AuditEntry action(String action, String target) {
        return AuditEntry.of(AuditEvent.ADMIN_ACTION, ClientContext.NONE)
                .detail("action", action)
                .detail("target", target)
                .detail("by", "jmx");
    }

    private static <T> T call(Supplier<T> action) {
        try {
            return action.get();
        } catch (AuthException refused) {
            throw new IllegalStateException(refused.getMessage()
                    + refused.members().entrySet().stream()
                            .map(member -> " " + member.getKey() + ": " + member.getValue())
                            .reduce("", String::concat));
        }
    }
}
