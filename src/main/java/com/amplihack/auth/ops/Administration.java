package com.amplihack.auth.ops;

import com.amplihack.auth.audit.AuditEntry;
import com.amplihack.auth.audit.AuditEvent;
import com.amplihack.auth.audit.AuditLog;
import com.amplihack.auth.keys.KeyChange;
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

/** Does and audits what JMX asks for; failures cross as exceptions of the JDK, the only ones that a client knows. */
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
        return done(() -> rotation.rotate(KeyChange.JMX)).kid();
    }

    @Override
    public boolean unlock(String username) {
        String id = idOf(username);
        boolean wasLocked = done(() -> store.unlock(id));
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
        int ended = done(() -> store.endAll(id));
        audit.record(action("end_sessions", id));
        return ended;
    }

    @Override
    public void revokeAll() {
        done(() -> {
            store.endEverybody();
            return true;
        });
        audit.record(action("revoke_all", "everybody").severity(AuditEvent.Severity.CRITICAL));
    }

    private String idOf(String username) {
        return done(() -> accounts.idOf(username))
                .orElseThrow(() -> new IllegalArgumentException("There is no account of this name."));
    }

    private static AuditEntry action(String action, String target) {
        return AuditEntry.of(AuditEvent.ADMIN_ACTION, ClientContext.NONE)
                .detail("action", action)
                .detail("target", target)
                .detail("by", "jmx");
    }

    private static <T> T done(Supplier<T> action) {
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
