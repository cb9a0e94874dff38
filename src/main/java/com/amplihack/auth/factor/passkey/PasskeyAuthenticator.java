package com.amplihack.auth.factor.passkey;

import com.amplihack.auth.audit.AuditEntry;
import com.amplihack.auth.audit.AuditEvent;
import com.amplihack.auth.audit.AuditLog;
import com.amplihack.auth.config.webauthn.RelyingParty;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import com.amplihack.auth.problem.RateLimit;
import com.amplihack.auth.store.SessionStore;
import com.amplihack.auth.users.Account;
import com.amplihack.auth.users.AccountDirectory;
import com.amplihack.auth.users.login.Authenticator.Authenticated;
import com.amplihack.auth.users.login.LoginLimit;
import com.amplihack.auth.users.login.PresentedDevices;
import com.amplihack.auth.web.ClientContext;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Optional;

/**
 * Signs in by a passkey alone, with the same answer for an unknown passkey, a bad answer and a disabled account. The lockout of
 * accounts, which is for what can be guessed, does not apply; the quota of the client's address does.
 */
@Singleton
public class PasskeyAuthenticator {
    private final PasskeyStore store;
    private final PasskeyAnswers answers;
    private final AccountDirectory accounts;
    private final SessionStore sessions;
    private final LoginLimit limit;
    private final AuditLog audit;

    @Inject
    public PasskeyAuthenticator(
            PasskeyStore store,
            PasskeyAnswers answers,
            AccountDirectory accounts,
            SessionStore sessions,
            LoginLimit limit,
            AuditLog audit) {
        this.store = store;
        this.answers = answers;
        this.accounts = accounts;
        this.sessions = sessions;
        this.limit = limit;
        this.audit = audit;
    }

    /**
     * Who has signed in, and what was shown.
     *
     * @param amr of {@link PasskeyResult}: two factors, so that no other is asked for
     */
    public record Verified(Authenticated who, List<String> amr) {
        public Verified {
            amr = List.copyOf(amr);
        }
    }

    /** Whose passkey it says to be; the epoch is read before the account: a session opens only if it is unchanged. */
    private record Claimed(
            Optional<PasskeyRecord> passkey, Optional<SessionStore.Epoch> epoch, Optional<Account> account) {}

    /**
     * Authenticates by the answer to {@link PasskeyAnswers#options(RelyingParty)}; audits a failure, not yet the success.
     *
     * @param devices the device cookies of the request: a known device has a quota of its own
     * @throws AuthException {@code rate_limited}, {@code invalid_credentials}, {@code invalid_request} for what is no answer of
     *     a passkey, {@code overloaded} or {@code store_unavailable}
     */
    public Verified authenticate(
            RelyingParty party, Credential credential, PresentedDevices devices, ClientContext client) {
        Claimed claimed = claimed(credential);
        Optional<String> familiar = claimed.account()
                .flatMap(account -> devices.nonceFor(account.id(), account.passwordVersion()))
                .map(nonce -> "device/" + nonce);
        LoginLimit.Begun begun = limit.begin(familiar, claimed.account().map(Account::id), client);
        PasskeyResult check = check(party, credential, claimed, begun, client);
        Optional<String> refusal = check.refusal()
                .or(() -> claimed.account().filter(Account::enabled).isPresent()
                        ? Optional.empty()
                        : Optional.of("disabled"));
        if (refusal.isPresent()) {
            limit.fail(begun);
            AuditEntry entry = AuditEntry.of(AuditEvent.LOGIN_FAILED, client)
                    .detail("method", "passkey")
                    .detail("reason", refusal.get());
            claimed.account().ifPresent(account -> entry.user(account.id(), account.username()));
            audit.record(entry);
            throw begun.left()
                    .addTo(new AuthException(
                            ErrorCode.INVALID_CREDENTIALS, "No account can sign in with this passkey."));
        }
        RateLimit left = limit.giveBack(begun);
        return new Verified(
                new Authenticated(
                        claimed.account().orElseThrow(), claimed.epoch().orElseThrow(), left),
                check.amr());
    }

    private Claimed claimed(Credential credential) {
        Optional<PasskeyRecord> passkey = store.find(credential.id());
        Optional<SessionStore.Epoch> epoch = passkey.map(found -> sessions.epoch(found.accountId()));
        return new Claimed(passkey, epoch, passkey.flatMap(found -> accounts.find(found.accountId())));
    }

    private PasskeyResult check(
            RelyingParty party, Credential credential, Claimed claimed, LoginLimit.Begun begun, ClientContext client) {
        try {
            return claimed.passkey()
                    .map(passkey -> answers.check(party, credential, passkey, client))
                    .orElseGet(() -> PasskeyResult.refused("unknown_passkey"));
        } catch (AuthException untried) { // a 503, or what is no answer at all
            limit.giveBack(begun);
            throw untried;
        }
    }
}
