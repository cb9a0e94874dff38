package com.amplihack.auth.users.login;

import com.amplihack.auth.audit.AuditEntry;
import com.amplihack.auth.audit.AuditEvent;
import com.amplihack.auth.audit.AuditLog;
import com.amplihack.auth.config.Configuration;
import com.amplihack.auth.config.LockoutSettings;
import com.amplihack.auth.config.source.Secret;
import com.amplihack.auth.limits.Limit;
import com.amplihack.auth.limits.RateLimits;
import com.amplihack.auth.metrics.Meters;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import com.amplihack.auth.problem.RateLimit;
import com.amplihack.auth.problem.RepeatedLog;
import com.amplihack.auth.store.LoginAttempt;
import com.amplihack.auth.store.LoginStore;
import com.amplihack.auth.store.SessionStore;
import com.amplihack.auth.users.Account;
import com.amplihack.auth.users.AccountDirectory;
import com.amplihack.auth.users.AccountKey;
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
 * Authenticates a person by name and password. Unknown user, wrong password, disabled and locked account cost the same
 * work and get the same answer (docs/specification.md, fault 27). Before anything is hashed one is taken from the quota
 * of the client's address, and the attempt gets a place among those of the account that may fail (docs/lockout.md).
 */
@Singleton
public class Authenticator {
    private static final RepeatedLog LOG = new RepeatedLog(Logger.getLogger(Authenticator.class.getName()), 1);

    /** How many counters the names that nobody has share: as few as that, so that nothing piles up. */
    static final int NOBODIES = 65_536;

    private final AccountDirectory accounts;
    private final PasswordHasher hasher;
    private final LoginStore store;
    private final AuditLog audit;
    private final Configuration configuration;
    private final RateLimits limits;
    private final Meters meters;
    private final LoginPlaces places;

    @Inject
    public Authenticator(
            AccountDirectory accounts,
            PasswordHasher hasher,
            LoginStore store,
            AuditLog audit,
            Configuration configuration,
            RateLimits limits,
            Meters meters) {
        this.accounts = accounts;
        this.hasher = hasher;
        this.store = store;
        this.audit = audit;
        this.configuration = configuration;
        this.limits = limits;
        this.meters = meters;
        places = new LoginPlaces(store);
    }

    /**
     * Somebody who has shown who they are.
     *
     * @param epoch the user's, as it was before the account was read: a session may only open under this one
     * @param limit what is left of the address's login quota
     */
    public record Authenticated(Account account, SessionStore.Epoch epoch, RateLimit limit) {}

    /**
     * Signs somebody in: what {@link #authenticate} admits is a login, and audited as one.
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
     * Checks name and password; a failure is audited as a failed login, whatever the password was asked for.
     *
     * @param devices what came along of device cookies
     * @throws AuthException {@code rate_limited}, {@code invalid_credentials}, {@code overloaded} or {@code
     *     store_unavailable}
     */
    public Authenticated authenticate(
            String username, Secret password, PresentedDevices devices, ClientContext client) {
        RateLimit limit = limits.take(Limit.LOGIN, client).orElseThrow(); // its quota is never off
        Optional<AccountKey> key = Username.parse(username).flatMap(accounts::findKey);
        LoginAttempt attempt = begin(username, key, devices);
        Checked checked = check(attempt, key, password);
        if (!checked.matches()
                || !attempt.admitted()
                || !checked.account().orElseThrow().enabled()) {
            fail(attempt, checked.account(), username, client);
            throw limit.addTo(new AuthException(ErrorCode.INVALID_CREDENTIALS, "The name or the password is wrong."));
        }
        store.giveBackLogin(attempt);
        Account current = renewed(checked.account().orElseThrow(), password);
        return new Authenticated(current, attempt.epoch(), limit);
    }

    private LoginAttempt begin(String username, Optional<AccountKey> key, PresentedDevices devices) {
        try {
            return places.begin(
                    key.map(AccountKey::id).orElseGet(() -> nobody(username)),
                    key.flatMap(known -> devices.nonceFor(known.id(), known.passwordVersion())),
                    lockout(),
                    configuration.settings().passwords().queue());
        } catch (AuthException untried) {
            countOverload(untried);
            throw untried;
        }
    }

    /**
     * Who is counted for a name that nobody has: the same for each attempt at it, on every node, so that it fills and locks
     * as an account does. No UUID of an account is like it (RFC 9562 section 4.2: this version is unused).
     */
    private String nobody(String username) {
        return counter(
                audit.pseudonym(Username.parse(username).map(Username::key).orElse(username)));
    }

    /** One of {@value #NOBODIES}, so that names which nobody has pile nothing up. */
    public static String counter(String pseudonym) {
        return String.format(
                Locale.ROOT, "00000000-0000-0000-0000-%012x", Math.floorMod(pseudonym.hashCode(), NOBODIES));
    }

    /** With a hash of the parameters in force; that it cannot be made or stored now is no reason to refuse a sign-in. */
    private Account renewed(Account account, Secret password) {
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

    /** Compares the password, whoever is asked for and whether or not the attempt may succeed. */
    private Checked check(LoginAttempt attempt, Optional<AccountKey> key, Secret password) {
        try {
            Optional<Account> account = key.flatMap(known -> accounts.find(known.id()));
            boolean matches = account.isPresent()
                    ? hasher.verify(account.get().passwordHash(), password)
                    : hasher.verifyNobody(password);
            return new Checked(account, matches);
        } catch (AuthException untried) { // a 503 of the database or of the hash queue: nobody has compared anything
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
