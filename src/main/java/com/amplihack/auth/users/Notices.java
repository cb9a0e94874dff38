package com.amplihack.auth.users;

import com.amplihack.auth.mail.Mail;
import com.amplihack.auth.mail.MailKind;
import com.amplihack.auth.mail.Outbox;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.persistence.EntityManager;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.Map;

/**
 * Tells people by mail what happened to their account, when, and what they need to judge it; nothing when it has no verified
 * address, or there is no mail.
 */
@Singleton
public class Notices {
    private final Outbox outbox;
    private final InstantSource clock;

    @Inject
    public Notices(Outbox outbox, InstantSource clock) {
        this.outbox = outbox;
        this.clock = clock;
    }

    /** Whether mail is configured. */
    public boolean areSent() {
        return outbox.isAvailable();
    }

    /**
     * Tells of what a transaction does.
     *
     * @param account as it was before, if its address changes
     * @param parameters beside the account's name and the time
     */
    public void tell(EntityManager transaction, Account account, MailKind kind, Map<String, String> parameters) {
        account.verifiedEmail().ifPresent(address -> outbox.put(transaction, mail(account, address, kind, parameters)));
    }

    /** Tells of what has happened. */
    public void tell(Account account, MailKind kind, Map<String, String> parameters) {
        account.verifiedEmail().ifPresent(address -> outbox.put(mail(account, address, kind, parameters)));
    }

    /**
     * Tells of what a transaction finds, unless that was told before.
     *
     * @param topic what it is about, beside the account; at most 200 characters
     * @param until from when on it may be told again
     */
    public void tellOnce(
            EntityManager transaction,
            Account account,
            MailKind kind,
            Map<String, String> parameters,
            String topic,
            Instant until) {
        account.verifiedEmail()
                .ifPresent(
                        address -> outbox.putOnce(transaction, mail(account, address, kind, parameters), topic, until));
    }

    private Mail mail(Account account, String address, MailKind kind, Map<String, String> parameters) {
        Map<String, String> all = new HashMap<>(Map.of(
                "username",
                account.username(),
                "time",
                clock.instant().truncatedTo(ChronoUnit.SECONDS).toString()));
        all.putAll(parameters);
        return new Mail(kind, address, account.language(), account.id(), all);
    }
}
