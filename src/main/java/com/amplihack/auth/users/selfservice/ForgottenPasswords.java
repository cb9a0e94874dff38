package com.amplihack.auth.users.selfservice;

import com.amplihack.auth.audit.AuditEntry;
import com.amplihack.auth.audit.AuditEvent;
import com.amplihack.auth.audit.AuditLog;
import com.amplihack.auth.database.Database;
import com.amplihack.auth.limits.Limit;
import com.amplihack.auth.limits.SharedLimiter;
import com.amplihack.auth.mail.MailKind;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import com.amplihack.auth.problem.RateLimit;
import com.amplihack.auth.problem.RateLimitedLogger;
import com.amplihack.auth.users.Account;
import com.amplihack.auth.users.AccountDirectory;
import com.amplihack.auth.users.AccountDirectory.AccountRef;
import com.amplihack.auth.users.EmailAddress;
import com.amplihack.auth.users.Username;
import com.amplihack.auth.web.ClientContext;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Takes requests for a forgotten password. What is said before the answer depends on nothing but the client's address: the
 * name is looked up afterwards, by a thread of its own (docs/adr/0084).
 */
@Singleton
public class ForgottenPasswords {
    /** How many requests wait on a node; further ones get 503, whatever the name. */
    static final int QUEUE = 1_000;

    /** The most accounts of one address that get a mail each, where {@code auth.email.unique} is false. */
    static final int ACCOUNTS_PER_ADDRESS = 5;

    private static final RateLimitedLogger LOG =
            new RateLimitedLogger(Logger.getLogger(ForgottenPasswords.class.getName()), 1);

    private final ThreadPoolExecutor later = new ThreadPoolExecutor(
            1, 1, 1, TimeUnit.MINUTES, new ArrayBlockingQueue<>(QUEUE), ForgottenPasswords::daemon);

    private final AccountDirectory directory;
    private final Database database;
    private final LinkMails mails;
    private final SharedLimiter limits;
    private final AuditLog audit;

    @Inject
    public ForgottenPasswords(
            AccountDirectory directory, Database database, LinkMails mails, SharedLimiter limits, AuditLog audit) {
        this.directory = directory;
        this.database = database;
        this.mails = mails;
        this.limits = limits;
        this.audit = audit;
        later.allowCoreThreadTimeOut(true);
    }

    private static Thread daemon(Runnable task) {
        Thread thread = new Thread(task, "forgotten-passwords"); // with the application's class loader
        thread.setDaemon(true);
        return thread;
    }

    /** What has not been looked at is lost: people ask again. */
    @PreDestroy
    public void close() {
        later.shutdownNow();
    }

    /**
     * Takes a request; its mail, if there is one, is asked for soon after.
     *
     * @param text a name or an address, as typed
     * @return what the client's address has left
     * @throws AuthException {@code not_available} without mail, {@code rate_limited}, {@code overloaded} or {@code
     *     store_unavailable}, none of them because of the name
     */
    public RateLimit request(String text, ClientContext client) {
        mails.requireMail();
        RateLimit left = limits.take(Limit.FORGOT, client); // first, or one address would use up everybody's
        limits.take(Limit.FORGOT_TOTAL, client);
        try {
            later.execute(() -> handle(text, client));
        } catch (RejectedExecutionException full) {
            throw new AuthException(ErrorCode.OVERLOADED, "Too many requests for a forgotten password.", full);
        }
        return left;
    }

    private void handle(String text, ClientContext client) {
        try {
            List<Account> accounts = find(text);
            if (accounts.isEmpty()) {
                audit.record(AuditEntry.of(AuditEvent.PASSWORD_RESET_REQUESTED, client)
                        .detail("name_hash", audit.pseudonym(Username.normalize(text)))
                        .detail("outcome", "unknown_user"));
            }
            accounts.forEach(account -> audit.record(AuditEntry.of(AuditEvent.PASSWORD_RESET_REQUESTED, client)
                    .user(account.id(), account.username())
                    .detail("outcome", ask(account))));
        } catch (AuthException unavailable) {
            LOG.log(
                    Level.WARNING,
                    "lost",
                    "A request for a forgotten password was lost, and must be repeated: " + unavailable.getMessage());
        } catch (RuntimeException failed) {
            LOG.log(Level.SEVERE, "failed", "A request for a forgotten password failed", failed);
        }
    }

    /** A name wins over an address. */
    private List<Account> find(String text) {
        List<AccountRef> found = Username.parse(text)
                .flatMap(directory::findKey)
                .map(List::of)
                .orElseGet(() -> EmailAddress.parse(text)
                        .map(address -> directory.findVerified(address, ACCOUNTS_PER_ADDRESS))
                        .orElse(List.of()));
        return found.stream()
                .map(ref -> directory.find(ref.id()))
                .flatMap(Optional::stream)
                .toList();
    }

    /** The mail goes to the address that is stored, never to the one that was typed, which only compares equal. */
    private String ask(Account account) {
        Optional<String> address = account.verifiedEmail();
        if (!account.enabled()) {
            return "disabled";
        }
        if (address.isEmpty()) {
            return "no_verified_address";
        }
        if (!limits.tryTake(Limit.FORGOT_ACCOUNT, account.id())) {
            return "limited";
        }
        database.write(entities -> {
            mails.ask(entities, MailKind.PASSWORD_RESET, account, address.get());
            return account;
        });
        return "mail";
    }
}
