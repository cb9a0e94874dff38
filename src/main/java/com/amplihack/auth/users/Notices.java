package com.amplihack.auth.users;

import com.amplihack.auth.mail.Mail;
import com.amplihack.auth.mail.MailKind;
import com.amplihack.auth.mail.Outbox;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.persistence.EntityManager;
import java.util.Map;

/** Tells people by mail what happened to their account; nothing when it has no verified address, or there is no mail. */
@Singleton
public class Notices {
    private final Outbox outbox;

    @Inject
    public Notices(Outbox outbox) {
        this.outbox = outbox;
    }

    /**
     * Tells of what a transaction does.
     *
     * @param account as it was before, if its address changes
     */
    public void tell(EntityManager transaction, Account account, MailKind kind, Map<String, String> parameters) {
        account.verifiedEmail()
                .ifPresent(address ->
                        outbox.put(transaction, new Mail(kind, address, account.language(), account.id(), parameters)));
    }

    /** Tells of what has happened. */
    public void tell(Account account, MailKind kind, Map<String, String> parameters) {
        account.verifiedEmail()
                .ifPresent(
                        address -> outbox.put(new Mail(kind, address, account.language(), account.id(), parameters)));
    }
}
