package com.amplihack.auth.metering;

import com.amplihack.auth.database.Database;
import com.amplihack.auth.mail.MailKind;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.RateLimitedLogger;
import com.amplihack.auth.store.budget.Budget;
import com.amplihack.auth.store.budget.UsedBudget;
import com.amplihack.auth.users.Account;
import com.amplihack.auth.users.AccountDirectory;
import com.amplihack.auth.users.BudgetDirectory;
import com.amplihack.auth.users.Notices;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.persistence.Query;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Tells owners by mail when 80 percent of a budget are used, and when it is used up, each once per window and size of the
 * budget. It looks at accounts whose usage was just saved: calls do not wait for it.
 */
@Singleton
public class BudgetNotices {
    private static final RateLimitedLogger LOG =
            new RateLimitedLogger(Logger.getLogger(BudgetNotices.class.getName()), 1);
    private static final int MOST_KEYS = 100; // of one account, in half a minute

    /** A budget without end is told of once in this time. */
    private static final Duration NEVER = Duration.ofDays(3650);

    private final Notices notices;
    private final Database database;
    private final AccountDirectory accounts;
    private final BudgetDirectory budgets;
    private final UsageBook book;
    private final InstantSource clock;

    @Inject
    public BudgetNotices(
            Notices notices,
            Database database,
            AccountDirectory accounts,
            BudgetDirectory budgets,
            UsageBook book,
            InstantSource clock) {
        this.notices = notices;
        this.database = database;
        this.accounts = accounts;
        this.budgets = budgets;
        this.book = book;
        this.clock = clock;
    }

    /**
     * Tells of the budgets of these accounts.
     *
     * @param used the ids of the keys that were used, by account
     */
    public void check(Map<String, Set<String>> used) {
        if (!notices.areSent()) {
            return;
        }
        try {
            used.forEach((account, keys) -> accounts.find(account)
                    .filter(found -> found.verifiedEmail().isPresent())
                    .ifPresent(found -> check(found, keys)));
        } catch (AuthException unavailable) {
            LOG.log(Level.WARNING, "away", "Budgets were not looked at: " + unavailable.getMessage());
        }
    }

    private void check(Account account, Set<String> keys) {
        Instant now = clock.instant();
        List<Budget> all = new ArrayList<>(budgets.of(account.id(), Set.copyOf(account.roles())));
        all.addAll(ofKeys(account.id(), keys));
        for (Budget budget : all) {
            UsedBudget used = book.used(account.id(), budget, now);
            fullest(used)
                    .flatMap(share -> kind(share).map(kind -> new Found(budget, share, kind)))
                    .ifPresent(found -> tell(account, found, now));
        }
    }

    /** Keys that are limited by tokens or requests. */
    private List<Budget> ofKeys(String account, Set<String> keys) {
        List<String> ids =
                keys.stream().filter(id -> !id.isEmpty()).limit(MOST_KEYS).toList();
        if (ids.isEmpty()) {
            return List.of();
        }
        String places = String.join(",", ids.stream().map(id -> "?").toList());
        return database.read(entities -> {
            Query query = entities.createNativeQuery(
                    "select id, budget_tokens, budget_requests, budget_window from auth_api_key where account_id = ?"
                            + " and budget_window is not null and id in (" + places + ")");
            query.setParameter(1, account);
            for (int i = 0; i < ids.size(); i++) {
                query.setParameter(i + 2, ids.get(i));
            }
            List<Budget> found = new ArrayList<>();
            for (Object row : query.getResultList()) {
                found.add(ofKey((Object[]) row));
            }
            return found;
        });
    }

    private static Budget ofKey(Object[] row) {
        return new Budget(
                Budget.Scope.KEY,
                (String) row[0],
                limit((Number) row[1]),
                limit((Number) row[2]),
                Budget.Window.valueOf(((String) row[3]).strip()));
    }

    private static OptionalLong limit(@Nullable Number column) {
        return column == null || column.longValue() == 0 ? OptionalLong.empty() : OptionalLong.of(column.longValue());
    }

    /** How much of a limit is used. */
    private record Share(String unit, long used, long limit) {
        double part() {
            return (double) used / limit;
        }
    }

    private record Found(Budget budget, Share share, MailKind kind) {}

    /** Of tokens and requests that which is nearer to its limit. */
    private static Optional<Share> fullest(UsedBudget used) {
        Budget budget = used.budget();
        Optional<Share> tokens = budget.tokens().isPresent()
                ? Optional.of(new Share("tokens", used.tokens(), budget.tokens().getAsLong()))
                : Optional.empty();
        Optional<Share> requests = budget.requests().isPresent()
                ? Optional.of(
                        new Share("requests", used.requests(), budget.requests().getAsLong()))
                : Optional.empty();
        return tokens.filter(share ->
                        requests.map(other -> share.part() >= other.part()).orElse(true))
                .or(() -> requests);
    }

    private static Optional<MailKind> kind(Share share) {
        if (share.used() >= share.limit()) {
            return Optional.of(MailKind.BUDGET_EXHAUSTED);
        }
        return share.part() >= 0.8 ? Optional.of(MailKind.BUDGET_WARNING) : Optional.empty();
    }

    private void tell(Account account, Found found, Instant now) {
        Budget budget = found.budget();
        Optional<Instant> end = UsageBook.end(budget.window(), now);
        Map<String, String> parameters = new HashMap<>(Map.of(
                "budget", found.share().limit() + " " + found.share().unit(),
                "used", Long.toString(found.share().used()),
                "window", budget.window().name().toLowerCase(Locale.ROOT)));
        end.ifPresent(resets -> parameters.put("resets_at", resets.toString()));
        if (budget.scope() == Budget.Scope.KEY) {
            parameters.put("key", budget.name());
        }
        String topic = found.kind().id()
                + ':'
                + budget.scope()
                + ':'
                + budget.name()
                + ':'
                + budget.window()
                + ':'
                + found.share().unit()
                + ':'
                + found.share().limit();
        database.write(entities -> {
            notices.tellOnce(entities, account, found.kind(), parameters, topic, end.orElse(now.plus(NEVER)));
            return true;
        });
    }
}
