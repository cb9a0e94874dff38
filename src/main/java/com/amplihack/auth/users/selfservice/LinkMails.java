package com.amplihack.auth.users.selfservice;

import com.amplihack.auth.mail.LinkTokens;
import com.amplihack.auth.mail.Mail;
import com.amplihack.auth.mail.MailKind;
import com.amplihack.auth.mail.Outbox;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import com.amplihack.auth.users.Account;
import com.amplihack.auth.users.AccountDirectory;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.persistence.EntityManager;
import java.util.Map;
import java.util.Optional;

/** Asks the outbox for mails with a link, and makes a link's token when its mail is sent (docs/adr/0083). */
@Singleton
public class LinkMails implements LinkTokens {
    private static final String PASSWORD_VERSION = "password_version";
    private static final String FORMER_EMAIL = "former_email";
    private static final String SESSIONS_ENDED = "sessions_ended";

    private final Outbox outbox;
    private final AccountDirectory accounts;
    private final Tickets tickets;

    @Inject
    public LinkMails(Outbox outbox, AccountDirectory accounts, Tickets tickets) {
        this.outbox = outbox;
        this.accounts = accounts;
        this.tickets = tickets;
    }

    /**
     * Requires that mails can be sent.
     *
     * @throws AuthException {@code not_available}
     */
    public void requireMail() {
        if (!outbox.isAvailable()) {
            throw new AuthException(ErrorCode.NOT_AVAILABLE, "This service sends no mail (auth.mail.url is not set).");
        }
    }

    /** Asks for a mail with a link if the transaction commits; one from before the account's next password is void. */
    void ask(EntityManager transaction, MailKind kind, Account account, String recipient) {
        ask(transaction, kind, account, recipient, 0);
    }

    /** The same for an address that is not the account's yet; void after {@code sessionsEnded} has grown. */
    void ask(EntityManager transaction, MailKind kind, Account account, String recipient, long sessionsEnded) {
        outbox.put(
                transaction,
                new Mail(
                        kind,
                        recipient,
                        account.language(),
                        account.id(),
                        Map.of(
                                "username",
                                account.username(),
                                PASSWORD_VERSION,
                                Long.toString(account.passwordVersion()),
                                FORMER_EMAIL,
                                account.emailKey().orElse(""),
                                SESSIONS_ENDED,
                                Long.toString(sessionsEnded))));
    }

    @Override
    public Optional<String> issue(Mail mail) {
        Ticket ticket = new Ticket(
                mail.kind(),
                mail.accountId(),
                mail.recipient(),
                number(mail, PASSWORD_VERSION),
                mail.parameters().getOrDefault(FORMER_EMAIL, ""),
                number(mail, SESSIONS_ENDED));
        return accounts.find(mail.accountId()).filter(ticket::isFor).flatMap(account -> tickets.issue(ticket));
    }

    private static long number(Mail mail, String parameter) {
        return Long.parseLong(mail.parameters().getOrDefault(parameter, "-1"));
    }
}
