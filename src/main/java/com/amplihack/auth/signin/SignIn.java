package com.amplihack.auth.signin;

import com.amplihack.auth.audit.AuditEntry;
import com.amplihack.auth.audit.AuditEvent;
import com.amplihack.auth.audit.AuditLog;
import com.amplihack.auth.config.Configuration;
import com.amplihack.auth.config.TokenSettings;
import com.amplihack.auth.config.source.Secret;
import com.amplihack.auth.factor.FactorMethod;
import com.amplihack.auth.factor.Factors;
import com.amplihack.auth.factor.RememberedDevices;
import com.amplihack.auth.metrics.Meters;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import com.amplihack.auth.store.LoginStore;
import com.amplihack.auth.store.SignInFacts;
import com.amplihack.auth.users.Account;
import com.amplihack.auth.users.AccountDirectory;
import com.amplihack.auth.users.Accounts;
import com.amplihack.auth.users.login.Authenticator;
import com.amplihack.auth.users.login.Authenticator.Authenticated;
import com.amplihack.auth.users.login.CertificateAuthenticator;
import com.amplihack.auth.users.login.LoginLimit;
import com.amplihack.auth.users.login.PresentedDevices;
import com.amplihack.auth.web.ClientContext;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/**
 * The pipeline of a sign-in: whichever way somebody is authenticated, here it is decided whether a second factor must
 * follow, and here the success is audited, once, when nothing is missing. A session may be opened for a {@link SignedIn}
 * alone.
 */
@Singleton
public class SignIn {
    /** How long the second factor may take. */
    static final Duration LIFE = Duration.ofMinutes(5);

    /** How many second factors may be wrong before the password must be entered again. */
    static final int TRIES = 5;

    private final Authenticator passwords;
    private final Factors factors;
    private final RememberedDevices remembered;
    private final FactorCheck check;
    private final MfaTokens tokens;
    private final LoginStore store;
    private final LoginLimit limit;
    private final AccountDirectory directory;
    private final Accounts accounts;
    private final AuditLog audit;
    private final Meters meters;
    private final Configuration configuration;
    private final InstantSource clock;

    @Inject
    public SignIn(
            Authenticator passwords,
            Factors factors,
            RememberedDevices remembered,
            FactorCheck check,
            MfaTokens tokens,
            LoginStore store,
            LoginLimit limit,
            AccountDirectory directory,
            Accounts accounts,
            AuditLog audit,
            Meters meters,
            Configuration configuration,
            InstantSource clock) {
        this.passwords = passwords;
        this.factors = factors;
        this.remembered = remembered;
        this.check = check;
        this.tokens = tokens;
        this.store = store;
        this.limit = limit;
        this.directory = directory;
        this.accounts = accounts;
        this.audit = audit;
        this.meters = meters;
        this.configuration = configuration;
        this.clock = clock;
    }

    /**
     * Signs in by name and password.
     *
     * @param devices the device cookies and sessions of the request
     * @throws AuthException {@code mfa_required} with {@code mfa_token} and {@code methods} if a second factor must
     *     follow; what {@link Authenticator#authenticate} throws
     */
    public SignedIn byPassword(String username, Secret password, PresentedDevices devices, ClientContext client) {
        Authenticated who = passwords.authenticate(username, password, devices, client);
        Account account = who.account();
        List<FactorMethod> methods = factors.methods(account.id());
        SignInFacts signIn = SignInFacts.password(clock.instant());
        if (methods.isEmpty()) {
            return succeed(new SignedIn(who, signIn, false), "password", client);
        }
        boolean known = devices.nonceFor(account.id(), account.passwordVersion())
                .filter(nonce -> remembered.stands(account.id(), nonce))
                .isPresent();
        if (known) { // the device is no factor of this sign-in: amr and acr stay those of a password
            return succeed(new SignedIn(who, signIn, true), "password+device", client);
        }
        throw secondFactorNeeded(who, methods, client);
    }

    private AuthException secondFactorNeeded(Authenticated who, List<FactorMethod> methods, ClientContext client) {
        Account account = who.account();
        String text = tokens.fresh(account.id(), clock.instant().plus(LIFE));
        MfaToken token = tokens.read(text).orElseThrow();
        store.beginSecondStep(
                new LoginStore.Pending(
                        token.subject(),
                        token.id(),
                        who.epoch().ended(),
                        account.passwordVersion(),
                        ClientHash.of(client, settings())),
                LIFE,
                TRIES);
        audit.record(AuditEntry.of(AuditEvent.MFA_REQUIRED, client).user(account.id(), account.username()));
        return who.limit()
                .addTo(new AuthException(
                                ErrorCode.MFA_REQUIRED,
                                "The password is right; POST /auth/login/mfa with one of these methods.")
                        .member("mfa_token", text)
                        .member(
                                "methods",
                                methods.stream().map(FactorMethod::id).toList()));
    }

    /** A service has signed in by its certificate; no password that it may have can expire for it. */
    public SignedIn byCertificate(Authenticated who, X509Certificate leaf, ClientContext client) {
        SignInFacts signIn = new SignInFacts(clock.instant(), List.of("swk", SignInFacts.MFA));
        audit.record(CertificateAuthenticator.named(success(who.account(), signIn, "certificate", client), leaf));
        return new SignedIn(who, signIn, false);
    }

    /**
     * Somebody has signed in by a passkey that has verified its user, which is two factors.
     *
     * @param methods values of {@code amr}
     */
    public SignedIn byPasskey(Authenticated who, List<String> methods, ClientContext client) {
        return succeed(new SignedIn(who, new SignInFacts(clock.instant(), methods), false), "passkey", client);
    }

    /**
     * Finishes a sign-in by its second factor. A token that is unknown, expired, used or another client's, a wrong factor
     * and an account that was disabled meanwhile get one answer.
     *
     * @throws AuthException {@code invalid_credentials} with {@code tries_left}, {@code rate_limited}, {@code overloaded}
     *     or {@code store_unavailable}
     */
    public SignedIn bySecondFactor(
            String mfaToken, PresentedFactor factor, PresentedDevices devices, ClientContext client) {
        Optional<MfaToken> token = tokens.read(mfaToken);
        Optional<String> familiar = token.flatMap(known -> directory
                .find(known.subject())
                .flatMap(account -> devices.nonceFor(account.id(), account.passwordVersion()))
                .map(nonce -> "device/" + nonce));
        LoginLimit.Begun begun = limit.begin(familiar, token.map(MfaToken::subject), client);
        if (token.isEmpty()) {
            audit.record(notPending(factor, client));
        }
        try {
            Optional<SignedIn> in = token.flatMap(known -> attempt(known, factor, begun, client));
            if (in.isPresent()) {
                return in.get();
            }
        } catch (AuthException refused) {
            if (refused.code() != ErrorCode.INVALID_CREDENTIALS) { // nothing was compared
                limit.giveBack(begun);
            } else {
                limit.fail(begun);
            }
            throw refused;
        }
        limit.fail(begun);
        throw begun.left().addTo(refusal(0));
    }

    /** Empty if the pending sign-in is none any more. */
    private Optional<SignedIn> attempt(
            MfaToken token, PresentedFactor factor, LoginLimit.Begun begun, ClientContext client) {
        LoginStore.SecondStep step =
                store.trySecondStep(token.subject(), token.id(), ClientHash.of(client, settings()));
        Optional<Account> account = Optional.of(token.subject())
                .filter(subject -> step.admitted())
                .flatMap(directory::find) // after the epoch was read
                .filter(found -> found.enabled() && found.passwordVersion() == step.passwordVersion());
        if (account.isEmpty()) {
            audit.record(notPending(factor, client).user(token.subject()));
            return Optional.empty();
        }
        boolean right = check.check(account.get(), factor, token.id(), client);
        meters.secondFactor(factor.method().id(), right);
        if (!right) {
            throw begun.left().addTo(refusal(step.left()));
        }
        if (!store.finishSecondStep(token.subject(), token.id())) {
            return Optional.empty(); // another request has succeeded with it
        }
        Authenticated who = new Authenticated(account.get(), step.epoch(), limit.giveBack(begun));
        SignInFacts signIn = new SignInFacts(clock.instant(), factor.method().withPassword());
        return Optional.of(succeed(
                new SignedIn(who, signIn, false), "password+" + factor.method().id(), client));
    }

    private static AuditEntry notPending(PresentedFactor factor, ClientContext client) {
        return AuditEntry.of(AuditEvent.LOGIN_FAILED, client)
                .detail("method", factor.method().id())
                .detail("reason", "no_pending_sign_in");
    }

    private TokenSettings settings() {
        return configuration.settings().tokens();
    }

    private static AuthException refusal(int left) {
        return new AuthException(
                        ErrorCode.INVALID_CREDENTIALS,
                        left > 0
                                ? "The second factor is wrong."
                                : "The second factor is wrong, or its time is over: begin with the password again.")
                .member("tries_left", left);
    }

    /** Also limits the account to a change of its password, if that has expired. */
    private SignedIn succeed(SignedIn shown, String method, ClientContext client) {
        Authenticated who = shown.who();
        Account account = accounts.limitIfExpired(who.account());
        SignedIn in =
                new SignedIn(new Authenticated(account, who.epoch(), who.limit()), shown.signIn(), shown.remembered());
        audit.record(success(account, in.signIn(), method, client));
        return in;
    }

    private static AuditEntry success(Account account, SignInFacts signIn, String method, ClientContext client) {
        return AuditEntry.of(AuditEvent.LOGIN_SUCCESS, client)
                .user(account.id(), account.username())
                .detail("method", method)
                .detail("amr", String.join(" ", signIn.methods()));
    }
}
