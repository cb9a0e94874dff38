package com.amplihack.auth.signin;

import com.amplihack.auth.audit.AuditEntry;
import com.amplihack.auth.audit.AuditEvent;
import com.amplihack.auth.audit.AuditLog;
import com.amplihack.auth.config.source.Secret;
import com.amplihack.auth.factor.FactorMethod;
import com.amplihack.auth.factor.Factors;
import com.amplihack.auth.metrics.Meters;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import com.amplihack.auth.store.SessionStore;
import com.amplihack.auth.store.SignInFacts;
import com.amplihack.auth.token.AccessToken;
import com.amplihack.auth.users.Account;
import com.amplihack.auth.users.AccountDirectory;
import com.amplihack.auth.users.login.Authenticator;
import com.amplihack.auth.users.login.Authenticator.Authenticated;
import com.amplihack.auth.users.login.PresentedDevices;
import com.amplihack.auth.web.ClientContext;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/**
 * Authenticates the user of a session once more (RFC 9470 section 5), with the limits of a sign-in. Whoever has a second
 * factor needs it here as well: a password and a code, or a passkey, which is both.
 */
@Singleton
public class Reauthentication {
    private final Authenticator passwords;
    private final Factors factors;
    private final FactorCheck check;
    private final SessionStore store;
    private final AccountDirectory directory;
    private final AuditLog audit;
    private final Meters meters;
    private final InstantSource clock;

    @Inject
    public Reauthentication(
            Authenticator passwords,
            Factors factors,
            FactorCheck check,
            SessionStore store,
            AccountDirectory directory,
            AuditLog audit,
            Meters meters,
            InstantSource clock) {
        this.passwords = passwords;
        this.factors = factors;
        this.check = check;
        this.store = store;
        this.directory = directory;
        this.audit = audit;
        this.meters = meters;
        this.clock = clock;
    }

    /** The user, with the epoch read before the account, and how the session is signed in from now on. */
    public record Renewed(Account account, SessionStore.Epoch epoch, SignInFacts signIn) {}

    /**
     * Authenticates the caller.
     *
     * @throws AuthException {@code mfa_required} with {@code methods} if the account has a factor and none is presented;
     *     {@code invalid_request} without a password, unless there is a passkey; {@code invalid_credentials}; what {@link
     *     Authenticator#authenticate} throws
     */
    public Renewed authenticate(
            AccessToken caller,
            Optional<Secret> password,
            Optional<PresentedFactor> factor,
            PresentedDevices devices,
            ClientContext client) {
        List<FactorMethod> methods = factors.methods(caller.subject());
        if (!methods.isEmpty() && factor.isEmpty()) {
            throw new AuthException(ErrorCode.MFA_REQUIRED, "Present a second factor as well.")
                    .member("methods", methods.stream().map(FactorMethod::id).toList());
        }
        boolean byPasskey =
                factor.filter(shown -> shown.method() == FactorMethod.PASSKEY).isPresent();
        if (password.isEmpty() && !byPasskey) {
            throw new AuthException(ErrorCode.INVALID_REQUEST, "password: must be a non-empty string.");
        }
        SessionStore.Epoch epoch = store.epoch(caller.subject());
        Account account = password.map(secret -> byPassword(caller, secret, devices, client))
                .or(() -> directory.find(caller.subject()))
                .filter(found -> found.enabled() && found.id().equals(caller.subject()))
                .orElseThrow(Reauthentication::wrong);
        factor.ifPresent(shown -> require(account, shown, caller, client));
        SignInFacts signIn = new SignInFacts(clock.instant(), methods(password.isPresent(), factor));
        audit.record(AuditEntry.of(AuditEvent.REAUTHENTICATED, client)
                .user(account.id(), account.username())
                .session(caller.sid())
                .detail("amr", String.join(" ", signIn.methods())));
        return new Renewed(account, epoch, signIn);
    }

    private Account byPassword(AccessToken caller, Secret secret, PresentedDevices devices, ClientContext client) {
        Authenticated who = passwords.authenticate(caller.username(), secret, devices, client);
        return who.account();
    }

    private void require(Account account, PresentedFactor factor, AccessToken caller, ClientContext client) {
        boolean right = check.check(account, factor, caller.sid(), client);
        meters.secondFactor(factor.method().id(), right);
        if (!right) {
            throw wrong();
        }
    }

    private static List<String> methods(boolean password, Optional<PresentedFactor> factor) {
        if (factor.isEmpty()) {
            return List.of(SignInFacts.PASSWORD);
        }
        List<String> both = factor.get().method().withPassword();
        return password ? both : both.subList(1, both.size());
    }

    private static AuthException wrong() {
        return new AuthException(ErrorCode.INVALID_CREDENTIALS, "The password or the second factor is wrong.");
    }
}
