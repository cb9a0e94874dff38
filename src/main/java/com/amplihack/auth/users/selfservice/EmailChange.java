package com.amplihack.auth.users.selfservice;

import com.amplihack.auth.audit.AuditEntry;
import com.amplihack.auth.audit.AuditEvent;
import com.amplihack.auth.audit.AuditLog;
import com.amplihack.auth.config.source.Secret;
import com.amplihack.auth.limits.Limit;
import com.amplihack.auth.limits.SharedLimiter;
import com.amplihack.auth.mail.MailKind;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import com.amplihack.auth.store.SessionStore;
import com.amplihack.auth.users.Account;
import com.amplihack.auth.users.Accounts;
import com.amplihack.auth.users.EmailAddress;
import com.amplihack.auth.web.ClientContext;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.Optional;

/** Changes people's own addresses: the old one stays until the new one has shown that it reaches them. */
@Singleton
public class EmailChange {
    private final Accounts accounts;
    private final LinkMails mails;
    private final LinkCheck links;
    private final ContactRules contacts;
    private final SharedLimiter limits;
    private final SessionStore sessions;
    private final AuditLog audit;

    @Inject
    public EmailChange(
            Accounts accounts,
            LinkMails mails,
            LinkCheck links,
            ContactRules contacts,
            SharedLimiter limits,
            SessionStore sessions,
            AuditLog audit) {
        this.accounts = accounts;
        this.mails = mails;
        this.links = links;
        this.contacts = contacts;
        this.limits = limits;
        this.sessions = sessions;
        this.audit = audit;
    }

    /**
     * Asks for a mail to the new address, whether or not somebody else has it; links of earlier requests are void.
     *
     * @throws AuthException {@code rate_limited}, {@code token_revoked} when the account is gone, or {@code
     *     store_unavailable}
     */
    public void request(String accountId, EmailAddress address, ClientContext client) {
        limits.take(Limit.EMAIL_CHANGE, accountId, client);
        long sessionsEnded = sessions.epoch(accountId).ended();
        Account account = accounts.changeByProof(
                        accountId,
                        (transaction, found) -> {
                            Tickets.revoke(transaction, MailKind.EMAIL_VERIFICATION, accountId);
                            mails.ask(transaction, MailKind.EMAIL_VERIFICATION, found, address.shown(), sessionsEnded);
                        },
                        Optional.empty())
                .orElseThrow(() -> new AuthException(ErrorCode.TOKEN_REVOKED, "The account has been deleted."));
        audit.record(entry(AuditEvent.EMAIL_CHANGE_REQUESTED, account, address.key(), client));
    }

    /**
     * Makes the address that a link was sent to the account's.
     *
     * @return the address
     * @throws AuthException {@code invalid_link} also when another account has the address and {@code
     *     auth.email.unique} is true, {@code rate_limited} or {@code store_unavailable}
     */
    public String verify(Secret token, ClientContext client) {
        return links.counted(client, () -> verified(token, client));
    }

    private String verified(Secret token, ClientContext client) {
        LinkCheck.Link link = links.require(MailKind.EMAIL_VERIFICATION, token);
        EmailAddress address = EmailAddress.parse(link.ticket().email()).orElseThrow(Tickets::invalid);
        if (sessions.epoch(link.account().id()).ended() != link.ticket().sessionsEnded()) {
            throw Tickets.invalid();
        }
        Account account = accounts.changeByProof(
                        link.account().id(), link.use().then(contacts.verifyNew(address)), Optional.empty())
                .orElseThrow(Tickets::invalid);
        audit.record(entry(AuditEvent.EMAIL_CHANGED, account, address.key(), client));
        return address.shown();
    }

    /** With the address as a keyed hash only. */
    private AuditEntry entry(AuditEvent event, Account account, String key, ClientContext client) {
        return AuditEntry.of(event, client)
                .user(account.id(), account.username())
                .detail("email_hash", audit.pseudonym(key));
    }
}
