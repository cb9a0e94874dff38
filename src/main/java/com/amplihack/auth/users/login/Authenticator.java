package com.amplihack.auth.users.login;

import com.amplihack.auth.audit.AuditEntry;
import com.amplihack.auth.audit.AuditEvent;
import com.amplihack.auth.audit.AuditLog;
import com.amplihack.auth.config.Configuration;
import com.amplihack.auth.config.LockoutSettings;
import com.amplihack.auth.config.source.Secret;
import com.amplihack.auth.limits.Limit;
import com.amplihack.auth.limits.RateLimiter;
import com.amplihack.auth.metrics.Meters;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import com.amplihack.auth.problem.RateLimit;
import com.amplihack.auth.problem.RateLimitedLogger;
import com.amplihack.auth.store.LoginAttempt;
import com.amplihack.auth.store.LoginStore;
import com.amplihack.auth.store.SessionStore;
import com.amplihack.auth.users.Account;
import com.amplihack.auth.users.AccountDirectory;
import com.amplihack.auth.users.AccountRef;
import com.amplihack.auth.users.Accounts;
import com.amplihack.auth.users.Username;
import com.amplihack.auth.users.password.PasswordHasher;
import com.amplihack.auth.web.ClientContext;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Authenticates by name and password, with the same work and the same answer for an unknown user, a wrong password
 * and a disabled or locked account (docs/specification.md, fault 27). Before hashing, the attempt counts against the
 * login quota of the client's address and the failure limit of the account (docs/lockout.md).
 */
@Singleton
public class Authenticator {
    private static final RateLimitedLogger LOG =
            new RateLimitedLogger(Logger.getLogger(Authenticator.class.getName()), 1);

    /** The number of counters that unknown names share, which bounds their memory. */
    static final int UNKNOWN_NAME_COUNTERS = 65_536;

    private final AccountDirectory directory;
    private final Accounts accounts;
    private final PasswordHasher hasher;
    private final LoginStore store;
    private final AuditLog audit;
    private final Configuration configuration;
    private final RateLimiter limits;
    private final Meters meters;
    private final LoginQueue places;

    @Inject
    public Authenticator(
            AccountDirectory directory,
            Accounts accounts,
            PasswordHasher hasher,
            LoginStore store,
            AuditLog audit,
            Configuration configuration,
            RateLimiter limits,
            Meters meters) {
        this.directory = directory;
        this.accounts = accounts;
        this.hasher = hasher;
        this.store = store;
        this.audit = audit;
        this.configuration = configuration;
        this.limits = limits;
        this.meters = meters;
        places = new LoginQueue(store);
    }

    /**
     * An authenticated user.
     *
     * @param epoch the user's epoch, read before the account: a session opens only if it is unchanged
     * @param limit the remaining login quota of the client's address
     */
    public record Authenticated(Account account, SessionStore.Epoch epoch, RateLimit limit) {}

    /**
     * Authenticates a login, and audits its success.
     *
     * @throws AuthException what {@link #authenticate} throws
     */
    public Authenticated signIn(String username, Secret password, PresentedDevices devices, ClientContext client) {
        Authenticated who = authenticate(username, password, devices, client);
        audit.record(AuditEntry.of(AuditEvent.LOGIN_SUCCESS, client)
                .user(who.account().id())
                .detail("method", "password"));
        return who;
    }

    /**
     * Checks name and password; a failure is audited as a failed login even if this is no login.
     *
     * @param devices the device cookies of the request
     * @throws AuthException {@code rate_limited}, {@code invalid_credentials}, {@code overloaded} or {@code
     *     store_unavailable}
     */
    public Authenticated authenticate(
            String username, Secret password, PresentedDevices devices, ClientContext client) {
        RateLimit limit = limits.take(Limit.LOGIN, client).orElseThrow(); // the login quota is never unlimited
        Optional<AccountRef> key = Username.parse(username).flatMap(directory::findKey);
        LoginAttempt attempt = begin(username, key, devices);
        Checked checked = check(attempt, key, password);
        if (!checked.matches()
                || !attempt.admitted()
                || !checked.account().orElseThrow().enabled()) {
            fail(attempt, checked.account(), username, client);
            throw limit.addTo(new AuthException(ErrorCode.INVALID_CREDENTIALS, "The name or the password is wrong."));
        }
        store.giveBackLogin(attempt);
        Account current = rehashed(checked.account().orElseThrow(), password);
        return new Authenticated(current, attempt.epoch(), limit);
    }

    private LoginAttempt begin(String username, Optional<AccountRef> key, PresentedDevices devices) {
        try {
            return places.begin(
                    key.map(AccountRef::id).orElseGet(() -> unknownNameCounter(username)),
                    key.flatMap(known -> devices.nonceFor(known.id(), known.passwordVersion())),
                    lockout(),
                    configuration.settings().passwords().queue());
        } catch (AuthException untried) {
            countOverload(untried);
            throw untried;
        }
    }

    /**
     * The counter for an unknown name, the same on every node, so that it locks as an account does. It never equals an
     * account's UUID (RFC 9562 section 4.2: this version is unused).
     */
    private String unknownNameCounter(String username) {
        return counter(
                audit.pseudonym(Username.parse(username).map(Username::key).orElse(username)));
    }

    /** One of {@value #UNKNOWN_NAME_COUNTERS} counters for unknown names. */
    public static String counter(String pseudonym) {
        return String.format(
                Locale.ROOT,
                "00000000-0000-0000-0000-%012x",
                Math.floorMod(pseudonym.hashCode(), UNKNOWN_NAME_COUNTERS));
    }

    /** Rehashes the password if its hash is outdated; a failure does not refuse the login. */
    private Account rehashed(Account account, Secret password) {
        if (!hasher.isOutdated(account.passwordHash(), password)) {
            return account;
        }
        try {
            return accounts.rehash(account, hasher.hash(password)).orElse(account);
        } catch (AuthException later) {
            LOG.log(
                    Level.WARNING,
                    "rehash",
                    "The outdated password hash of an account could not be renewed; its next sign-in tries again: "
                            + later.getMessage());
            return account;
        }
    }

    private void countOverload(AuthException untried) {
        if (untried.code() == ErrorCode.OVERLOADED) {
            meters.login("overloaded");
        }
    }

    private record Checked(Optional<Account> account, boolean matches) {}

    /** Compares the password even if the user is unknown or the attempt is not admitted. */
    private Checked check(LoginAttempt attempt, Optional<AccountRef> key, Secret password) {
        try {
            Optional<Account> account = key.flatMap(known -> directory.find(known.id()));
            boolean matches = account.isPresent()
                    ? hasher.verify(account.get().passwordHash(), password)
                    : hasher.verifyUnknownUser(password);
            return new Checked(account, matches);
        } catch (AuthException untried) { // a 503 of the database or the hash queue: nothing was compared
            store.giveBackLogin(attempt);
            countOverload(untried);
            throw untried;
        }
    }

    private void fail(LoginAttempt attempt, Optional<Account> account, String username, ClientContext client) {
        Optional<Instant> lockedUntil = store.failLogin(attempt, lockout());
        AuditEntry entry = AuditEntry.of(AuditEvent.LOGIN_FAILED, client).detail("method", "password");
        if (account.isPresent()) {
            entry.user(account.get().id()).detail("reason", reason(attempt, account.get()));
        } else {
            entry.detail("reason", "unknown_user").detail("name_hash", audit.pseudonym(username));
        }
        audit.record(entry);
        if (lockedUntil.isPresent() && account.isPresent()) {
            audit.record(AuditEntry.of(AuditEvent.ACCOUNT_LOCKED, client)
                    .user(account.get().id())
                    .detail("locked_until", lockedUntil.get()));
        }
    }

    private static String reason(LoginAttempt attempt, Account account) {
        if (!attempt.admitted()) {
            return "locked";
        }
        return account.enabled() ? "wrong_password" : "disabled_or_wrong_password";
    }

    private LockoutSettings lockout() {
        return configuration.settings().limits().lockout();
    }
}
