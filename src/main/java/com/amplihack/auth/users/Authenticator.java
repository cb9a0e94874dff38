package com.amplihack.auth.users;

import com.amplihack.auth.audit.AuditEntry;
import com.amplihack.auth.audit.AuditEvent;
import com.amplihack.auth.audit.AuditLog;
import com.amplihack.auth.client.ClientContext;
import com.amplihack.auth.config.AddressRanges;
import com.amplihack.auth.config.Configuration;
import com.amplihack.auth.config.Quota;
import com.amplihack.auth.config.Secret;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import com.amplihack.auth.problem.RateLimit;
import com.amplihack.auth.store.SecurityStore;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.Optional;

/**
 * Authenticates a person by name and password. Unknown user, wrong password and disabled account cost the same work and
 * get the same answer (FAULTS.md 27); the quota of the client's address is taken before anything is hashed.
 */
@ApplicationScoped
public class Authenticator {
    /** Whose epoch is read for a name that nobody has, so that the round trips are the same. */
    private static final String NOBODY = "nobody";

    private AccountDirectory accounts;
    private PasswordHasher hasher;
    private SecurityStore store;
    private AuditLog audit;
    private Configuration configuration;

    /** For CDI. */
    public Authenticator() {}

    @Inject
    public Authenticator(
            AccountDirectory accounts,
            PasswordHasher hasher,
            SecurityStore store,
            AuditLog audit,
            Configuration configuration) {
        this.accounts = accounts;
        this.hasher = hasher;
        this.store = store;
        this.audit = audit;
        this.configuration = configuration;
    }

    /**
     * Somebody who has shown who they are.
     *
     * @param epoch the user's, as it was before the account was read: a session may only open under this one
     */
    public record Authenticated(Account account, SecurityStore.Epoch epoch) {}

    /**
     * Checks name and password.
     *
     * @throws AuthException {@code rate_limited}, {@code invalid_credentials}, {@code overloaded} or {@code
     *     store_unavailable}
     */
    public Authenticated authenticate(String username, Secret password, ClientContext client) {
        takeFromQuota(client);
        Optional<Username> name = Username.parse(username);
        Optional<String> id = name.flatMap(accounts::findId);
        SecurityStore.Epoch epoch = store.epoch(id.orElse(NOBODY));
        Optional<Account> account = id.flatMap(accounts::find);
        boolean matches = account.isPresent()
                ? hasher.verify(account.get().passwordHash(), password)
                : hasher.verifyNobody(password);
        if (!matches || !account.get().enabled()) {
            recordFailure(username, account, client);
            throw new AuthException(ErrorCode.INVALID_CREDENTIALS, "The name or the password is wrong.");
        }
        Account current = account.get();
        if (hasher.isOutdated(current.passwordHash())) {
            current = accounts.replaceHash(current, hasher.hash(password)).orElse(current);
        }
        audit.record(AuditEntry.of(AuditEvent.LOGIN_SUCCESS, client).user(current.id()));
        return new Authenticated(current, epoch);
    }

    private void takeFromQuota(ClientContext client) {
        Quota quota = configuration.settings().limits().login();
        String network = AddressRanges.network(client.address(), 32);
        SecurityStore.Taken taken = store.take(quota, network);
        if (!taken.granted()) {
            audit.record(AuditEntry.of(AuditEvent.RATE_LIMIT_EXCEEDED, client).detail("limit", quota.name()));
            throw new RateLimit(quota.name(), quota.limit(), quota.window(), 0, taken.reset())
                    .refusal("Too many login attempts");
        }
    }

    private void recordFailure(String username, Optional<Account> account, ClientContext client) {
        AuditEntry entry = AuditEntry.of(AuditEvent.LOGIN_FAILED, client);
        if (account.isPresent()) {
            entry.user(account.get().id())
                    .detail("reason", account.get().enabled() ? "wrong_password" : "disabled_or_wrong_password");
        } else {
            entry.detail("reason", "unknown_user").detail("name_hash", audit.pseudonym(username));
        }
        audit.record(entry);
    }
}
