package com.amplihack.auth.users.selfservice;

import com.amplihack.auth.audit.RecordedAudit;
import com.amplihack.auth.config.Configuration;
import com.amplihack.auth.config.TestSettings;
import com.amplihack.auth.config.source.Secret;
import com.amplihack.auth.database.Database;
import com.amplihack.auth.limits.RateLimiter;
import com.amplihack.auth.limits.SharedLimiter;
import com.amplihack.auth.mail.Mail;
import com.amplihack.auth.mail.MailKind;
import com.amplihack.auth.mail.Outbox;
import com.amplihack.auth.metrics.Meters;
import com.amplihack.auth.store.embedded.EmbeddedBackend;
import com.amplihack.auth.store.script.ScriptedStore;
import com.amplihack.auth.users.Account;
import com.amplihack.auth.users.AccountAdministration;
import com.amplihack.auth.users.AccountChange;
import com.amplihack.auth.users.AccountDirectory;
import com.amplihack.auth.users.Accounts;
import com.amplihack.auth.users.EmailAddress;
import com.amplihack.auth.users.Notices;
import com.amplihack.auth.users.PasswordHistory;
import com.amplihack.auth.users.RightsCheck;
import com.amplihack.auth.users.login.Authenticator;
import com.amplihack.auth.users.login.LoginLimit;
import com.amplihack.auth.users.login.PresentedDevices;
import com.amplihack.auth.users.password.BreachedPasswords;
import com.amplihack.auth.users.password.PasswordHasher;
import com.amplihack.auth.users.password.PasswordPolicy;
import com.amplihack.auth.users.selfservice.ContactRules.Contact;
import com.amplihack.auth.web.ClientContext;
import jakarta.persistence.EntityManager;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;

/** Everything that people do about their accounts on one node, without a server; the mails are kept instead of sent. */
final class People {
    static final Secret PASSWORD = Secret.of("correct horse battery staple");
    static final Secret FRESH = Secret.of("violet kettle 7 harbour");

    private static final AtomicInteger ADDRESSES = new AtomicInteger();

    final Map<String, String> settings;
    final Database database;
    final Configuration configuration;
    final RecordedAudit audit = new RecordedAudit();
    final ScriptedStore store;
    final AccountDirectory directory;
    final Accounts accounts;
    final AccountAdministration administration;
    final Authenticator authenticator;
    final Tickets tickets;
    final LinkMails mails;
    final ContactRules contacts;
    final ForgottenPasswords forgotten;
    final PasswordByLink passwords;
    final EmailChange emails;
    final OwnAccount own;
    private final Sent sent;
    private final RecordedOutbox outbox;

    /** Shared by nodes: the clock and what was sent. */
    static final class Sent implements InstantSource {
        final List<Mail> mails = Collections.synchronizedList(new ArrayList<>());
        volatile Instant now = Instant.parse("2026-11-01T10:00:00Z");

        @Override
        public Instant instant() {
            return now;
        }
    }

    private static final class RecordedOutbox extends Outbox {
        private final List<Mail> mails;
        private volatile boolean available = true;

        RecordedOutbox(Database database, Configuration configuration, Sent sent) {
            super(database, configuration, new Meters(), sent);
            mails = sent.mails;
        }

        @Override
        public boolean isAvailable() {
            return available;
        }

        @Override
        public void put(EntityManager transaction, Mail mail) {
            mails.add(mail);
        }
    }

    People(Map<String, String> where, Sent sent) {
        this.sent = sent;
        settings = new HashMap<>(where);
        settings.putAll(Map.of(
                "auth.argon2.memory.kib",
                "64",
                "auth.argon2.parallelism",
                "1",
                "auth.argon2.iterations",
                "1",
                "auth.login.limit",
                "1000"));
        configuration = TestSettings.following(Path.of("/nowhere"), settings);
        database = new Database(configuration);
        database.open();
        store = new ScriptedStore(new EmbeddedBackend(sent));
        RateLimiter limiter = new RateLimiter(audit, configuration);
        PasswordHasher hasher = new PasswordHasher(configuration, new Meters());
        hasher.prepare();
        PasswordPolicy policy = new PasswordPolicy(configuration, new BreachedPasswords(configuration));
        PasswordHistory history = new PasswordHistory(database, hasher, configuration);
        outbox = new RecordedOutbox(database, configuration, sent);
        Notices notices = new Notices(outbox, sent);
        directory = new AccountDirectory(database);
        accounts = new Accounts(database, configuration, sent);
        administration = new AccountAdministration(directory, accounts, hasher, policy, store, notices, sent);
        authenticator = new Authenticator(
                directory,
                accounts,
                hasher,
                store,
                store,
                audit,
                configuration,
                new LoginLimit(store, limiter, configuration),
                new Meters());
        SharedLimiter shared = new SharedLimiter(store, limiter);
        tickets = new Tickets(database, sent);
        mails = new LinkMails(outbox, directory, tickets);
        contacts = new ContactRules(configuration, notices, mails);
        LinkCheck links = new LinkCheck(tickets, directory, limiter);
        forgotten = new ForgottenPasswords(directory, database, mails, shared, audit);
        passwords = new PasswordByLink(links, accounts, policy, history, hasher, store, contacts, notices, audit);
        emails = new EmailChange(accounts, mails, links, contacts, shared, store, audit);
        own = new OwnAccount(directory, accounts, administration, authenticator, notices, configuration, audit);
    }

    /** A client with an address of its own. */
    static ClientContext client() {
        int i = ADDRESSES.incrementAndGet();
        return new ClientContext("10." + i / 62_500 + "." + i / 250 % 250 + "." + i % 250, "", "");
    }

    /** A name or local part that nobody has. */
    static String unique(String stem) {
        return stem + UUID.randomUUID().toString().replace("-", "");
    }

    /** An account with that verified address and {@link #PASSWORD}. */
    Account make(String email) {
        return make(unique("u"), Optional.of(PASSWORD), AccountChange.Step.NONE.then(contacts.set(verified(email))));
    }

    Account make(String name, Optional<Secret> password, AccountChange.Step further) {
        return administration.create(name, password, Set.of(), Set.of(), true, false, further, RightsCheck.NONE);
    }

    static Contact verified(String email) {
        return new Contact(Optional.of(EmailAddress.parse(email)), Optional.of(true), Optional.empty());
    }

    static Contact unverified(String email) {
        return new Contact(Optional.of(EmailAddress.parse(email)), Optional.empty(), Optional.empty());
    }

    Account change(Account account, AccountChange.Step step) {
        return administration
                .change(account.id(), AccountChange.further(step), RightsCheck.NONE)
                .orElseThrow();
    }

    Account now(Account account) {
        return directory.find(account.id()).orElseThrow();
    }

    boolean signsIn(String username, Secret password) {
        try {
            authenticator.authenticate(username, password, PresentedDevices.NONE, client());
            return true;
        } catch (com.amplihack.auth.problem.AuthException refused) {
            if (refused.code() != com.amplihack.auth.problem.ErrorCode.INVALID_CREDENTIALS) {
                throw refused;
            }
            return false;
        }
    }

    List<Mail> mails(Account account, MailKind kind) {
        synchronized (sent.mails) {
            return sent.mails.stream()
                    .filter(mail -> mail.kind() == kind && mail.accountId().equals(account.id()))
                    .toList();
        }
    }

    Mail lastMail(Account account, MailKind kind) {
        List<Mail> all = mails(account, kind);
        return all.get(all.size() - 1);
    }

    /** The token of the link in the account's last mail of that kind, which is sent now. */
    Secret link(Account account, MailKind kind) {
        return Secret.of(mails.issue(lastMail(account, kind)).orElseThrow());
    }

    /** The token of a link that was asked for now. */
    Secret resetLink(Account account) {
        database.write(entities -> {
            mails.ask(
                    entities,
                    MailKind.PASSWORD_RESET,
                    now(account),
                    now(account).verifiedEmail().orElseThrow());
            return account;
        });
        return link(account, MailKind.PASSWORD_RESET);
    }

    Secret verificationLink(Account account, String email) {
        emails.request(account.id(), EmailAddress.parse(email).orElseThrow(), client());
        return link(account, MailKind.EMAIL_VERIFICATION);
    }

    void withoutMail(Runnable attempt) {
        outbox.available = false;
        try {
            attempt.run();
        } finally {
            outbox.available = true;
        }
    }

    void pass(Duration time) {
        sent.now = sent.now.plus(time);
    }

    void close() {
        forgotten.close();
        database.close();
    }
}
