package com.amplihack.auth.ops;

import com.amplihack.auth.apikey.management.DatabaseKeys;
import com.amplihack.auth.audit.AuditEntry;
import com.amplihack.auth.audit.AuditEvent;
import com.amplihack.auth.audit.AuditLog;
import com.amplihack.auth.config.type.AddressRanges;
import com.amplihack.auth.keys.KeyChangeCause;
import com.amplihack.auth.keys.KeyRing;
import com.amplihack.auth.keys.KeyRotation;
import com.amplihack.auth.keys.ring.KeyState;
import com.amplihack.auth.keys.ring.RingKey;
import com.amplihack.auth.limits.RateLimiter;
import com.amplihack.auth.mail.MailSender;
import com.amplihack.auth.metrics.Meters;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.store.SecurityStore;
import com.amplihack.auth.store.StoreUnavailableException;
import com.amplihack.auth.users.AccountDirectory;
import com.amplihack.auth.users.login.LoginLimit;
import com.amplihack.auth.web.ClientContext;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.lang.reflect.InvocationTargetException;
import java.security.AccessController;
import java.security.Principal;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import javax.security.auth.Subject;
import org.jspecify.annotations.Nullable;

/** Implements and audits {@link AdminMXBean}; throws JDK exceptions only, as JMX clients have no other classes. */
@Singleton
public class Administration implements AdminMXBean {
    private final KeyRing keys;
    private final KeyRotation rotation;
    private final AccountDirectory accounts;
    private final DatabaseKeys apiKeys;
    private final SecurityStore store;
    private final LoginLimit limit;
    private final MailSender mails;
    private final AuditLog audit;
    private final Meters meters;

    @Inject
    public Administration(
            KeyRing keys,
            KeyRotation rotation,
            AccountDirectory accounts,
            DatabaseKeys apiKeys,
            SecurityStore store,
            LoginLimit limit,
            MailSender mails,
            AuditLog audit,
            Meters meters) {
        this.keys = keys;
        this.rotation = rotation;
        this.accounts = accounts;
        this.apiKeys = apiKeys;
        this.store = store;
        this.limit = limit;
        this.mails = mails;
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
    public long getApiKeys() {
        try {
            return apiKeys.live();
        } catch (AuthException away) {
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
        return call(() -> rotation.rotate(KeyChangeCause.jmx(actor()))).kid();
    }

    @Override
    public boolean unlock(String username) {
        String id = idOf(username);
        boolean wasLocked = call(() -> store.unlock(id));
        if (wasLocked) {
            audit.record(AuditEntry.of(AuditEvent.ACCOUNT_UNLOCKED, ClientContext.NONE)
                    .user(id, username)
                    .actor(actor())
                    .detail("unlocked_by", "jmx"));
        }
        audit.record(action("unlock_user", id));
        return wasLocked;
    }

    @Override
    public boolean liftLoginLimit(String address) {
        if (!AddressRanges.isAddress(address)) {
            throw new IllegalArgumentException("This is no IP address.");
        }
        boolean limited = call(() -> limit.lift(address));
        audit.record(action("lift_login_limit", RateLimiter.network(address)));
        return limited;
    }

    @Override
    public int endSessions(String username) {
        String id = idOf(username);
        int ended = call(() -> store.endAll(id));
        audit.record(action("end_sessions", id));
        return ended;
    }

    @Override
    public int retryDeadLetters() {
        int retried = call(mails::retryDeadLetters);
        audit.record(action("retry_dead_letters", "everybody").detail("mails", retried));
        return retried;
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
                .actor(actor())
                .detail("action", action)
                .detail("target", target)
                .detail("by", "jmx");
    }

    /** {@code jmx:} with the user that the server has authenticated; {@code jmx} if it names none. */
    private static String actor() {
        return Optional.ofNullable(subject()).stream()
                .flatMap(subject -> subject.getPrincipals().stream())
                .filter(principal -> !principal.getClass().getSimpleName().contains("Group")) // Payara's asadmin
                .map(Principal::getName)
                .distinct()
                .collect(Collectors.collectingAndThen(
                        Collectors.joining(","), names -> names.isEmpty() ? "jmx" : "jmx:" + names));
    }

    /** Java 17 has no {@code Subject.current()}; from Java 24 on the older way throws. */
    @SuppressWarnings({"removal", "deprecation"})
    private static @Nullable Subject subject() {
        try {
            return (Subject) Subject.class.getMethod("current").invoke(null);
        } catch (NoSuchMethodException java17) {
            return Subject.getSubject(AccessController.getContext());
        } catch (IllegalAccessException | InvocationTargetException unknown) {
            return null;
        }
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
