package com.amplihack.auth.users.selfservice;

import com.amplihack.auth.config.source.Secret;
import com.amplihack.auth.limits.Limit;
import com.amplihack.auth.limits.RateLimiter;
import com.amplihack.auth.mail.MailKind;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.users.Account;
import com.amplihack.auth.users.AccountChange;
import com.amplihack.auth.users.AccountDirectory;
import com.amplihack.auth.web.ClientContext;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.Optional;
import java.util.function.Supplier;

/** Finds out whose link a token is. */
@Singleton
class LinkCheck {
    private final Tickets tickets;
    private final AccountDirectory accounts;
    private final RateLimiter limits;

    @Inject
    LinkCheck(Tickets tickets, AccountDirectory accounts, RateLimiter limits) {
        this.tickets = tickets;
        this.accounts = accounts;
        this.limits = limits;
    }

    /**
     * A good link.
     *
     * @param account as it was read
     * @param use checks again and uses up the link, in the transaction of what it is for
     */
    record Link(Account account, Ticket ticket, AccountChange.Step use) {}

    /**
     * Does something with a link. What is refused counts against the client's address: a bad token costs a reading of the
     * database, and whoever has a good one can have passwords compared until it expires.
     *
     * @throws AuthException {@code rate_limited} after too many refusals, or what the deed throws
     */
    <T> T counted(ClientContext client, Supplier<T> deed) {
        limits.requireRoom(Limit.LINK, client);
        try {
            return deed.get();
        } catch (AuthException refused) {
            if (refused.code().status() == 400) {
                limits.take(Limit.LINK, client);
            }
            throw refused;
        }
    }

    /** @throws AuthException {@code invalid_link} for every reason */
    Link require(MailKind purpose, Secret token) {
        Optional<Ticket> ticket = tickets.look(purpose, token);
        Optional<Account> account =
                ticket.flatMap(found -> accounts.find(found.accountId()).filter(found::isFor));
        if (account.isEmpty()) {
            throw Tickets.invalid();
        }
        Ticket good = ticket.orElseThrow();
        return new Link(account.get(), good, (transaction, current) -> {
            tickets.use(transaction, purpose, token);
            if (!good.isFor(current)) { // changed since it was read
                throw Tickets.invalid();
            }
        });
    }
}
