package com.amplihack.auth.signin;

import com.amplihack.auth.audit.AuditEntry;
import com.amplihack.auth.audit.AuditEvent;
import com.amplihack.auth.audit.AuditLog;
import com.amplihack.auth.factor.FactorMethod;
import com.amplihack.auth.factor.PasskeyCheck;
import com.amplihack.auth.factor.RecoveryCodes;
import com.amplihack.auth.factor.Totp;
import com.amplihack.auth.store.LoginFailure;
import com.amplihack.auth.store.LoginStore;
import com.amplihack.auth.store.SessionStore;
import com.amplihack.auth.users.Account;
import com.amplihack.auth.users.login.SecondFactorLimit;
import com.amplihack.auth.web.ClientContext;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;

/**
 * Checks a second factor within the account's limit, and audits what was wrong or used up. One failure is reserved before
 * the factor is looked at and given back unless it is wrong, so that no more can be wrong than the limit, over all of the
 * account's sign-ins.
 */
@Singleton
class FactorCheck {
    private final Totp totp;
    private final RecoveryCodes recovery;
    private final Instance<PasskeyCheck> passkeys;
    private final SecondFactorLimit limit;
    private final LoginStore store;
    private final AuditLog audit;

    @Inject
    FactorCheck(
            Totp totp,
            RecoveryCodes recovery,
            Instance<PasskeyCheck> passkeys,
            SecondFactorLimit limit,
            LoginStore store,
            AuditLog audit) {
        this.totp = totp;
        this.recovery = recovery;
        this.passkeys = passkeys;
        this.limit = limit;
        this.store = store;
        this.audit = audit;
    }

    /**
     * Whether the factor is right; uses it up.
     *
     * @param binding of a passkey's challenge
     * @throws com.amplihack.auth.problem.AuthException {@code rate_limited}, {@code overloaded} or {@code
     *     store_unavailable}: nothing was looked at
     */
    boolean check(Account account, PresentedFactor factor, String binding, ClientContext client) {
        // nobody guesses a passkey: what only looks like one shall not use up the account's tries
        boolean right = factor.method() == FactorMethod.PASSKEY
                ? matches(account, factor, binding, client)
                : limit.within(account.id(), client, () -> matches(account, factor, binding, client));
        if (!right) {
            fail(account, factor.method(), client);
        } else if (factor.method() == FactorMethod.RECOVERY_CODE) {
            audit.record(AuditEntry.of(AuditEvent.RECOVERY_CODE_USED, client)
                    .user(account.id(), account.username())
                    .detail("left", recovery.left(account.id())));
        }
        return right;
    }

    private boolean matches(Account account, PresentedFactor factor, String binding, ClientContext client) {
        return switch (factor.method()) {
            case TOTP -> totp.check(account.id(), factor.code());
            case RECOVERY_CODE -> recovery.use(account.id(), factor.code());
            case PASSKEY ->
                passkeys.isResolvable() && passkeys.get().check(factor.assertion(), account, binding, client);
        };
    }

    private void fail(Account account, FactorMethod method, ClientContext client) {
        audit.record(AuditEntry.of(AuditEvent.LOGIN_FAILED, client)
                .user(account.id(), account.username())
                .detail("method", method.id())
                .detail("reason", "wrong_factor"));
        store.noteFailure(
                account.id(),
                new LoginFailure(
                        account.id(),
                        account.username(),
                        "wrong_factor",
                        client.address(),
                        SessionStore.Device.of(client).name()));
    }
}
