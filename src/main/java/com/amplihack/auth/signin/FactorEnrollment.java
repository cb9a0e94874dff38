package com.amplihack.auth.signin;

import com.amplihack.auth.audit.AuditEntry;
import com.amplihack.auth.audit.AuditEvent;
import com.amplihack.auth.audit.AuditLog;
import com.amplihack.auth.config.Configuration;
import com.amplihack.auth.factor.FactorMethod;
import com.amplihack.auth.factor.Factors;
import com.amplihack.auth.factor.MfaPolicy;
import com.amplihack.auth.factor.OtpAuthUri;
import com.amplihack.auth.factor.RecoveryCodes;
import com.amplihack.auth.factor.Totp;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import com.amplihack.auth.store.SessionStore;
import com.amplihack.auth.store.SignInFacts;
import com.amplihack.auth.token.AccessToken;
import com.amplihack.auth.users.Account;
import com.amplihack.auth.users.AccountDirectory;
import com.amplihack.auth.web.ClientContext;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Optional;

/** What people do about their own time-based codes and recovery codes, audited. */
@Singleton
public class FactorEnrollment {
    private final Totp totp;
    private final RecoveryCodes recovery;
    private final Factors factors;
    private final MfaPolicy policy;
    private final AccountDirectory directory;
    private final SessionStore store;
    private final AuditLog audit;
    private final Configuration configuration;

    @Inject
    public FactorEnrollment(
            Totp totp,
            RecoveryCodes recovery,
            Factors factors,
            MfaPolicy policy,
            AccountDirectory directory,
            SessionStore store,
            AuditLog audit,
            Configuration configuration) {
        this.totp = totp;
        this.recovery = recovery;
        this.factors = factors;
        this.policy = policy;
        this.directory = directory;
        this.store = store;
        this.audit = audit;
        this.configuration = configuration;
    }

    /**
     * A secret for an authenticator app.
     *
     * @param uri in the key URI format
     */
    public record Secret(String base32, String uri) {
        @Override
        public String toString() {
            return "Secret[***]";
        }
    }

    /** What the caller's second factor can be. */
    public List<FactorMethod> methods(AccessToken caller) {
        return factors.methods(caller.subject());
    }

    /** Whether the caller must have a second factor. */
    public boolean isRequired(AccessToken caller) {
        Account account = account(caller);
        return policy.requires(account.roles(), account.permissions());
    }

    /** A new secret, to be confirmed; see {@link Totp#begin}. */
    public Secret begin(AccessToken caller) {
        String secret = totp.begin(caller.subject());
        String issuer = configuration.settings().tokens().issuer().getHost();
        return new Secret(secret, OtpAuthUri.of(issuer == null ? "Amplihack Auth" : issuer, caller.username(), secret));
    }

    /**
     * Makes the secret a factor. The code counts as presented, so that the session is one with two factors from now on, as
     * of the sign-in before it.
     *
     * @param before when and how the caller was authenticated
     * @return recovery codes; empty if the code is wrong
     */
    public Optional<List<String>> confirm(AccessToken caller, String code, SignInFacts before, ClientContext client) {
        SessionStore.Epoch epoch = store.epoch(caller.subject());
        Optional<List<String>> codes = totp.confirm(account(caller), code);
        if (codes.isEmpty()) {
            record(AuditEvent.FACTOR_REFUSED, "totp", caller, client);
        } else {
            record(AuditEvent.FACTOR_ENROLLED, "totp", caller, client);
            if (!before.isMfa()) { // the first factor: what was opened without one would stay without for weeks
                store.endOthers(caller.subject(), caller.sid());
                // if the session is over or being changed: reauthenticate
                store.renew(
                        caller.subject(),
                        caller.sid(),
                        epoch,
                        new SignInFacts(before.at(), FactorMethod.TOTP.withPassword()));
            }
        }
        return codes;
    }

    /** Removes the time-based codes; returns whether there were any. */
    public boolean remove(AccessToken caller, ClientContext client) {
        boolean removed = totp.remove(account(caller));
        if (removed) {
            record(AuditEvent.FACTOR_REMOVED, "totp", caller, client);
        }
        return removed;
    }

    /** New recovery codes; see {@link RecoveryCodes#replace}. */
    public List<String> replaceCodes(AccessToken caller, ClientContext client) {
        List<String> codes = recovery.replace(caller.subject());
        record(AuditEvent.RECOVERY_CODES_REPLACED, "recovery_code", caller, client);
        return codes;
    }

    private Account account(AccessToken caller) {
        return directory
                .find(caller.subject())
                .filter(Account::enabled)
                .orElseThrow(() -> new AuthException(ErrorCode.TOKEN_REVOKED, "The account is gone or disabled."));
    }

    private void record(AuditEvent event, String method, AccessToken caller, ClientContext client) {
        audit.record(AuditEntry.of(event, client)
                .user(caller.subject(), caller.username())
                .session(caller.sid())
                .detail("method", method));
    }
}
