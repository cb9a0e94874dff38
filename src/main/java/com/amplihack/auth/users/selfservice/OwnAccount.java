package com.amplihack.auth.users.selfservice;

import com.amplihack.auth.audit.AuditEntry;
import com.amplihack.auth.audit.AuditEvent;
import com.amplihack.auth.audit.AuditLog;
import com.amplihack.auth.config.Configuration;
import com.amplihack.auth.config.source.Secret;
import com.amplihack.auth.mail.MailKind;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import com.amplihack.auth.users.Account;
import com.amplihack.auth.users.AccountAdministration;
import com.amplihack.auth.users.AccountChange;
import com.amplihack.auth.users.AccountDirectory;
import com.amplihack.auth.users.Accounts;
import com.amplihack.auth.users.Notices;
import com.amplihack.auth.users.RightsCheck;
import com.amplihack.auth.users.login.Authenticator;
import com.amplihack.auth.users.login.PresentedDevices;
import com.amplihack.auth.web.ClientContext;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.Map;
import java.util.Optional;

/** What people see and change of their own accounts, and how they delete them. */
@Singleton
public class OwnAccount {
    private final AccountDirectory directory;
    private final Accounts accounts;
    private final AccountAdministration administration;
    private final Authenticator authenticator;
    private final Notices notices;
    private final Configuration configuration;
    private final AuditLog audit;

    @Inject
    public OwnAccount(
            AccountDirectory directory,
            Accounts accounts,
            AccountAdministration administration,
            Authenticator authenticator,
            Notices notices,
            Configuration configuration,
            AuditLog audit) {
        this.directory = directory;
        this.accounts = accounts;
        this.administration = administration;
        this.authenticator = authenticator;
        this.notices = notices;
        this.configuration = configuration;
        this.audit = audit;
    }

    /**
     * The account.
     *
     * @throws AuthException {@code token_revoked} when it has been deleted
     */
    public Account get(String id) {
        return directory.find(id).orElseThrow(OwnAccount::gone);
    }

    /** Sets the language of mails, or that of the installation. */
    public Account setLanguage(String id, Optional<String> language) {
        AccountChange.Step step = (transaction, account) -> account.language(language);
        return accounts.changeByProof(id, step, Optional.empty()).orElseThrow(OwnAccount::gone);
    }

    /**
     * Requires that people may delete their accounts.
     *
     * @throws AuthException {@code not_available}
     */
    public void requireDeletion() {
        if (!configuration.settings().accounts().deletion()) {
            throw new AuthException(
                    ErrorCode.NOT_AVAILABLE, "Accounts are deleted by administrators here (auth.account.deletion).");
        }
    }

    /**
     * Deletes the account and ends its sessions; a wrong password counts as a failed login.
     *
     * @throws AuthException {@code not_available}, {@code invalid_request} for the last administrator, and what {@link
     *     Authenticator#authenticate} throws
     */
    public void delete(String id, String username, Secret password, PresentedDevices devices, ClientContext client) {
        requireDeletion();
        Account account =
                authenticator.authenticate(username, password, devices, client).account();
        if (!account.id().equals(id)) { // the name has changed hands since the token was issued
            throw gone();
        }
        AccountChange.Step tell = (transaction, found) ->
                notices.tell(transaction, found, MailKind.ACCOUNT_DELETED, Map.of("username", found.username()));
        administration.delete(id, tell, RightsCheck.NONE);
        audit.record(AuditEntry.of(AuditEvent.ACCOUNT_DELETED, client).user(id, account.username()));
    }

    private static AuthException gone() {
        return new AuthException(ErrorCode.TOKEN_REVOKED, "The account has been deleted.");
    }
}
