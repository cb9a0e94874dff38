package com.amplihack.auth.users.selfservice;

import com.amplihack.auth.config.Configuration;
import com.amplihack.auth.mail.MailKind;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import com.amplihack.auth.users.Account;
import com.amplihack.auth.users.AccountChange;
import com.amplihack.auth.users.AccountDirectory;
import com.amplihack.auth.users.EmailAddress;
import com.amplihack.auth.users.Notices;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.persistence.EntityManager;
import java.util.Map;
import java.util.Optional;

/**
 * The rules by which accounts get addresses: as steps of serialized changes, so that {@code auth.email.unique} holds for
 * any number of changes at once.
 */
@Singleton
public class ContactRules {
    private final Configuration configuration;
    private final Notices notices;
    private final LinkMails mails;

    @Inject
    public ContactRules(Configuration configuration, Notices notices, LinkMails mails) {
        this.configuration = configuration;
        this.notices = notices;
        this.mails = mails;
    }

    /**
     * An administrator's change.
     *
     * @param email empty: it stays; a change makes it unverified, and the old address is told
     * @param verified whether the administrator vouches for the address; empty: as it is
     * @param language empty: it stays
     */
    public record Contact(
            Optional<Optional<EmailAddress>> email, Optional<Boolean> verified, Optional<Optional<String>> language) {
        /** Whether anything is said. */
        public boolean isEmpty() {
            return email.isEmpty() && verified.isEmpty() && language.isEmpty();
        }

        /** Whether an address is vouched for, or no longer is, which would keep notices from its owner. */
        public boolean vouches() {
            return verified.isPresent();
        }
    }

    /** Makes an administrator's change; it fails with {@code email_taken}, or {@code invalid_request} without an address. */
    public AccountChange.Step set(Contact contact) {
        return (transaction, account) -> {
            contact.email().ifPresent(wanted -> setEmail(transaction, account, wanted));
            contact.verified().ifPresent(verified -> verify(account, verified));
            contact.language().ifPresent(account::language);
        };
    }

    private void setEmail(EntityManager transaction, Account account, Optional<EmailAddress> wanted) {
        if (wanted.map(EmailAddress::shown).equals(account.email())) {
            return;
        }
        wanted.filter(address -> isTaken(transaction, address, account)).ifPresent(address -> {
            throw new AuthException(ErrorCode.EMAIL_TAKEN, "Another account has this address.");
        });
        tellOldAddress(transaction, account);
        account.email(wanted, false);
    }

    private static void verify(Account account, boolean verified) {
        Optional<EmailAddress> address = account.email().flatMap(EmailAddress::parse);
        if (verified && address.isEmpty()) {
            throw new AuthException(ErrorCode.INVALID_REQUEST, "email_verified: the account has no address.");
        }
        account.email(address, verified);
    }

    /** Asks for the mail that invites the account's owner to choose a password; requires an address and no password. */
    public AccountChange.Step invite() {
        return (transaction, account) -> {
            String address = account.email()
                    .orElseThrow(() -> new AuthException(ErrorCode.INVALID_REQUEST, "email: an invitation needs one."));
            if (account.hasPassword()) {
                throw new AuthException(
                        ErrorCode.INVALID_REQUEST, "The account has a password already: nobody is invited to it.");
            }
            mails.ask(transaction, MailKind.INVITATION, account, address);
        };
    }

    /** Verifies the address that the account has. */
    AccountChange.Step verifyOwn() {
        return (transaction, account) -> {
            EmailAddress own = account.email().flatMap(EmailAddress::parse).orElseThrow(Tickets::invalid);
            replace(transaction, account, own);
        };
    }

    /** Gives the account a verified address, and tells the old one. */
    AccountChange.Step verifyNew(EmailAddress address) {
        return (transaction, account) -> {
            if (!account.emailKey().filter(address.key()::equals).isPresent()) {
                tellOldAddress(transaction, account);
            }
            replace(transaction, account, address);
        };
    }

    /** With the answer to a bad link, as nobody shall learn who has which address. */
    private void replace(EntityManager transaction, Account account, EmailAddress address) {
        if (isTaken(transaction, address, account)) {
            throw Tickets.invalid();
        }
        account.email(Optional.of(address), true);
    }

    private boolean isTaken(EntityManager transaction, EmailAddress address, Account account) {
        return configuration.settings().accounts().uniqueEmail()
                && AccountDirectory.isTaken(transaction, address, account.id());
    }

    private void tellOldAddress(EntityManager transaction, Account account) {
        notices.tell(transaction, account, MailKind.EMAIL_CHANGED, Map.of("username", account.username()));
    }
}
