package com.amplihack.auth.users.login;

import com.amplihack.auth.audit.AuditEntry;
import com.amplihack.auth.audit.AuditEvent;
import com.amplihack.auth.audit.AuditLog;
import com.amplihack.auth.config.Configuration;
import com.amplihack.auth.config.LockoutSettings;
import com.amplihack.auth.config.source.Secret;
import com.amplihack.auth.limits.RateLimiter;
import com.amplihack.auth.metrics.Meters;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import com.amplihack.auth.problem.RateLimit;
import com.amplihack.auth.problem.RateLimitedLogger;
import com.amplihack.auth.store.LoginAttempt;
import com.amplihack.auth.store.LoginFailure;
import com.amplihack.auth.store.LoginStore;
import com.amplihack.auth.store.SessionStore;
import com.amplihack.auth.users.Account;
import com.amplihack.auth.users.AccountDirectory;
import com.amplihack.auth.users.AccountDirectory.AccountRef;
import com.amplihack.auth.users.Accounts;
import com.amplihack.auth.users.EmailAddress;
import com.amplihack.auth.users.Username;
import com.amplihack.auth.users.password.PasswordHasher;
import com.amplihack.auth.web.ClientContext;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Authenticates by name and password, with the same work and the same answer for an unknown user, a wrong password
 * and a disabled or locked account (docs/specification.md, fault 27). Before hashing, the attempt reserves a failure of
 * the client's address ({@link LoginLimit}) and one of the account (docs/lockout.md).
 */
@Singleton
public class Authenticator {
    private static final RateLimitedLogger LOG =
            new RateLimitedLogger(Logger.getLogger(Authenticator.class.getName()), 1);

    /** The number of counters that unknown names share, which bounds their memory. */
    static final int UNKNOWN_NAME_COUNTERS = 65_536;

    /** How many presented sessions are looked up, each by a trip to the store. */
    private static final int MAX_SESSIONS = 3;

    private static final String RATE_LIMITED = "rate_limited";

    private final AccountDirectory directory;
    private final Accounts accounts;
    private final PasswordHasher hasher;
    private final LoginStore store;
    private final SessionStore sessions;
    private final AuditLog audit;
    private final Configuration configuration;
    private final LoginLimit limit;
    private final Meters meters;
    private final LoginQueue places = new LoginQueue("Too many concurrent login attempts for this account.");

    @Inject
    public Authenticator(
            AccountDirectory directory,
            Accounts accounts,
            PasswordHasher hasher,
            LoginStore store,
            SessionStore sessions,
            AuditLog audit,
            Configuration configuration,
            LoginLimit limit,
            Meters meters) {
        this.directory = directory;
        this.accounts = accounts;
        this.hasher = hasher;
        this.store = store;
        this.audit = audit;
        this.configuration = configuration;
        this.sessions = sessions;
        this.limit = limit;
        this.meters = meters;
    }

    /**
     * An authenticated user.
     *
     * @param epoch the user's epoch, read before the account: a session opens only if it is unchanged
     * @param limit the remaining login quota of the client's address
     */
    public record Authenticated(Account account, SessionStore.Epoch epoch, RateLimit limit) {}

    /**
     * Checks name and password; a failure is audited as a failed login even if this is no login.
     *
     * @param devices the device cookies and sessions of the request
     * @throws AuthException {@code rate_limited}, {@code invalid_credentials}, {@code overloaded} or {@code
     *     store_unavailable}
     */
    public Authenticated authenticate(
            String username, Secret password, PresentedDevices devices, ClientContext client) {
        Optional<AccountRef> key = find(username);
        // everything is asked for an unknown name as well, with the same result as for a stranger
        String counter = key.map(AccountRef::id).orElseGet(() -> unknownNameCounter(username));
        long version = key.map(AccountRef::passwordVersion).orElse(0L);
        Optional<String> device = devices.nonceFor(counter, version).filter(nonce -> key.isPresent());
        LoginLimit.Begun begun = begin(counter, device, username, key, devices, client);
        try {
            return authenticate(counter, device, key, username, password, begun, client);
        } catch (AuthException untried) {
            if (untried.code() != ErrorCode.INVALID_CREDENTIALS) { // a 503: nothing was compared
                limit.giveBack(begun);
                countOverload(untried);
            }
            throw untried;
        }
    }

    /**
     * The account of a name or, if {@code auth.login.by.email}, of the verified address that it alone has. A text with the
     * form of an address is looked up as both even when it is a name, so that the time does not tell.
     */
    private Optional<AccountRef> find(String username) {
        Optional<AccountRef> byName = Username.parse(username).flatMap(directory::findKey);
        if (!configuration.settings().accounts().loginByEmail()) {
            return byName;
        }
        List<AccountRef> byAddress = EmailAddress.parse(username)
                .map(address -> directory.findVerified(address, 2))
                .orElse(List.of());
        return byName.or(() -> byAddress.stream().findFirst().filter(only -> byAddress.size() == 1));
    }

    /** Reserves a failure of the address, or of the device or session that belongs to the account. */
    private LoginLimit.Begun begin(
            String counter,
            Optional<String> device,
            String username,
            Optional<AccountRef> key,
            PresentedDevices devices,
            ClientContext client) {
        Optional<String> familiar = device.map(nonce -> "device/" + nonce).or(() -> devices.sessions().stream()
                .limit(MAX_SESSIONS)
                .filter(sid -> sessions.isAlive(counter, sid))
                .map(sid -> "session/" + sid)
                .findFirst());
        try {
            return limit.begin(familiar, key.map(AccountRef::id), client);
        } catch (AuthException refused) {
            countOverload(refused);
            if (refused.code() == ErrorCode.RATE_LIMITED) {
                note(counter, key.map(AccountRef::id), username, RATE_LIMITED, client);
            }
            throw refused;
        }
    }

    private Authenticated authenticate(
            String counter,
            Optional<String> device,
            Optional<AccountRef> key,
            String username,
            Secret password,
            LoginLimit.Begun begun,
            ClientContext client) {
        LoginAttempt attempt = places.await(
                () -> store.beginLogin(counter, device, lockout()),
                LoginAttempt::mustWait,
                configuration.settings().passwords().queue());
        Checked checked = check(attempt, key, password);
        if (!checked.matches()
                || !attempt.admitted()
                || !checked.account().orElseThrow().enabled()) {
            limit.fail(begun);
            fail(attempt, checked.account(), username, client);
            throw begun.left()
                    .addTo(new AuthException(ErrorCode.INVALID_CREDENTIALS, "The name or the password is wrong."));
        }
        store.giveBackLogin(attempt);
        RateLimit left = limit.giveBack(begun);
        Account current = rehashed(checked.account().orElseThrow(), password);
        return new Authenticated(current, attempt.epoch(), left);
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

    /**
     * Compares the password even if the user is unknown or the attempt is not admitted; an unknown one's with the hash of
     * some account, always the same one for a name.
     */
    private Checked check(LoginAttempt attempt, Optional<AccountRef> key, Secret password) {
        try {
            Optional<Account> account = key.flatMap(known -> directory.find(known.id()));
            boolean matches = account.isPresent()
                    ? hasher.verify(account.get().passwordHash(), password)
                    : hasher.verifyUnknownUser(directory.someHash(attempt.subject()), password);
            return new Checked(account, matches);
        } catch (AuthException untried) { // a 503 of the database or the hash queue: nothing was compared
            store.giveBackLogin(attempt);
            throw untried;
        }
    }

    private void fail(LoginAttempt attempt, Optional<Account> account, String username, ClientContext client) {
        Optional<Instant> lockedUntil = store.failLogin(attempt, lockout());
        AuditEntry entry = AuditEntry.of(AuditEvent.LOGIN_FAILED, client).detail("method", "password");
        String reason = account.map(known -> reason(attempt, known)).orElse("unknown_user");
        entry.detail("reason", reason);
        account.ifPresentOrElse(
                known -> entry.user(known.id(), known.username()),
                () -> entry.detail("name_hash", audit.pseudonym(Username.normalize(username))));
        audit.record(entry);
        note(attempt.subject(), account.map(Account::id), username, reason, client);
        if (lockedUntil.isPresent() && account.isPresent()) {
            audit.record(AuditEntry.of(AuditEvent.ACCOUNT_LOCKED, client)
                    .user(account.get().id(), account.get().username())
                    .detail("locked_until", lockedUntil.get()));
        }
    }

    /**
     * For administrators; of a name that nobody has, the keyed hash. What the limit refuses comes without end and is
     * noted once for account and address, whatever else a client varies, or it would push out all other failures.
     */
    private void note(String counter, Optional<String> account, String username, String reason, ClientContext client) {
        boolean counted = !reason.equals(RATE_LIMITED);
        Username name = Username.parse(username).orElse(new Username("", ""));
        String known = counted ? name.shown() : name.key();
        String unknown = counted ? audit.pseudonym(Username.normalize(username)) : "";
        store.noteFailure(
                counter,
                new LoginFailure(
                        account.orElse(""),
                        account.isPresent() ? known : unknown,
                        reason,
                        counted
                                ? client.address()
                                : RateLimiter.network(client.address()).replaceFirst("/.*", ""),
                        counted ? SessionStore.Device.of(client).name() : ""));
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
