package com.amplihack.auth.users.login;

import com.amplihack.auth.audit.AuditEntry;
import com.amplihack.auth.audit.AuditEvent;
import com.amplihack.auth.audit.AuditLog;
import com.amplihack.auth.config.source.Secret;
import com.amplihack.auth.mail.MailKind;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import com.amplihack.auth.store.SessionStore;
import com.amplihack.auth.users.Account;
import com.amplihack.auth.users.AccountDirectory;
import com.amplihack.auth.users.Accounts;
import com.amplihack.auth.users.Notices;
import com.amplihack.auth.users.PasswordHistory;
import com.amplihack.auth.users.login.Authenticator.Authenticated;
import com.amplihack.auth.users.password.OpaqueString;
import com.amplihack.auth.users.password.PasswordHasher;
import com.amplihack.auth.users.password.PasswordPolicy;
import com.amplihack.auth.web.ClientContext;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.Map;

/** Changes a user's own password, and ends all of the user's sessions. */
@Singleton
public class PasswordChange {
    private final Authenticator authenticator;
    private final AccountDirectory directory;
    private final Accounts accounts;
    private final PasswordPolicy policy;
    private final PasswordHistory history;
    private final PasswordHasher hasher;
    private final SessionStore store;
    private final Notices notices;
    private final AuditLog audit;

    @Inject
    public PasswordChange(
            Authenticator authenticator,
            AccountDirectory directory,
            Accounts accounts,
            PasswordPolicy policy,
            PasswordHistory history,
            PasswordHasher hasher,
            SessionStore store,
            Notices notices,
            AuditLog audit) {
        this.authenticator = authenticator;
        this.directory = directory;
        this.accounts = accounts;
        this.policy = policy;
        this.history = history;
        this.hasher = hasher;
        this.store = store;
        this.notices = notices;
        this.audit = audit;
    }

    /**
     * Changes the password; a wrong current one counts as a failed login.
     *
     * @param accountId whose password: the name may have changed hands since the token was issued
     * @return the user, who may open a new session, with the epoch read after the old sessions ended
     * @throws AuthException {@code weak_password}, and what {@link Authenticator#authenticate} throws; after {@code
     *     store_unavailable} the new password may be stored while old sessions go on
     */
    public Authenticated change(
            String accountId,
            String username,
            Secret current,
            Secret fresh,
            PresentedDevices devices,
            ClientContext client) {
        policy.require("new_password", username, fresh);
        if (OpaqueString.of(fresh).equals(OpaqueString.of(current))) {
            throw PasswordPolicy.weak("used", "new_password", "must differ from the current one.");
        }
        Authenticated shown = authenticator.authenticate(username, current, devices, client);
        Account account = shown.account();
        String id = account.id();
        if (!id.equals(accountId)) {
            throw changedMeanwhile();
        }
        history.requireFresh("new_password", account, fresh);
        String freshHash = hasher.hash(fresh);
        store.endAll(id); // a store that is down fails before anything is changed
        Map<String, String> how = Map.of("method", "self", "ip_address", client.address());
        long version = accounts.replacePassword(
                        account,
                        freshHash,
                        (transaction, changed) -> notices.tell(transaction, changed, MailKind.PASSWORD_CHANGED, how))
                .orElseThrow(PasswordChange::changedMeanwhile) // the verified password is no longer the account's
                .passwordVersion();
        store.endAll(id); // including those opened with the old password meanwhile
        audit.record(AuditEntry.of(AuditEvent.PASSWORD_CHANGED, client).user(id, username));
        SessionStore.Epoch epoch = store.epoch(id);
        Account now = directory
                .find(id)
                .filter(Account::enabled)
                .filter(found -> found.passwordVersion() == version)
                .orElseThrow(PasswordChange::changedMeanwhile);
        return new Authenticated(now, epoch, shown.limit());
    }

    private static AuthException changedMeanwhile() {
        return new AuthException(ErrorCode.INVALID_CREDENTIALS, "The account was changed concurrently.");
    }
}
