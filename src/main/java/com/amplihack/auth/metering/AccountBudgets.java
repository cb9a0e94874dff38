package com.amplihack.auth.metering;

import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.store.SessionStore.Metered;
import com.amplihack.auth.store.budget.Budget;
import com.amplihack.auth.store.budget.Call;
import com.amplihack.auth.token.Caller;
import com.amplihack.auth.users.BudgetDirectory;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Remembers the budgets of accounts that come with access tokens. The store says at each request whether they have changed
 * since; a store that was emptied may not know of a change, which this node then learns a minute later. While no account and no
 * role has a budget, nothing is asked: tokens need no database then. The first budget of all is known to other nodes within
 * five seconds. While the database is away, what was read before holds.
 */
@Singleton
public class AccountBudgets {
    private static final String NEVER_READ = "?"; // no counter is that
    private static final Known NONE = new Known("", List.of());
    private static final Duration FRESH = Duration.ofMinutes(1);

    private final BudgetDirectory directory;
    private final InstantSource clock;
    private volatile Optional<Boolean> any = Optional.empty();
    private final Cache<Holder, Known> known = Caffeine.newBuilder()
            .maximumSize(50_000)
            .expireAfterWrite(Duration.ofHours(1))
            .executor(Runnable::run) // maintenance on the calling thread
            .build();

    @Inject
    public AccountBudgets(BudgetDirectory directory, InstantSource clock) {
        this.directory = directory;
        this.clock = clock;
    }

    private record Holder(String subject, List<String> roles) {}

    /**
     * An account's budgets.
     *
     * @param limits the account's counter of limits before they were read; empty if no change of it matters
     */
    public record Known(String limits, List<Budget> budgets, Instant readAt) {
        public Known {
            budgets = List.copyOf(budgets);
        }

        Known(String limits, List<Budget> budgets) {
            this(limits, budgets, Instant.MAX);
        }

        public Metered meter(Call call) {
            return new Metered(limits, call.by("", budgets));
        }
    }

    /** What this node knows, which may be nothing yet. */
    public Known of(Caller caller) {
        if (any.isEmpty()) {
            look();
        }
        if (!any.orElse(true)) {
            return NONE;
        }
        Known remembered = known.getIfPresent(holder(caller));
        if (remembered == null) {
            return new Known(NEVER_READ, List.of());
        }
        return clock.instant().isBefore(remembered.readAt().plus(FRESH)) ? remembered : readAgain(caller, remembered);
    }

    private Known readAgain(Caller caller, Known old) {
        try {
            return read(caller, old.limits());
        } catch (AuthException away) {
            return old;
        }
    }

    /**
     * Looks whether any account or role has a budget.
     *
     * @throws AuthException {@code store_unavailable}; what was known before holds then
     */
    public void look() {
        any = Optional.of(directory.any());
    }

    /**
     * Reads the budgets, and remembers them for that counter.
     *
     * @param limits the store's counter, read before
     */
    public Known read(Caller caller, String limits) {
        Known read = new Known(limits, directory.of(caller.subject(), Set.copyOf(caller.roles())), clock.instant());
        known.put(holder(caller), read);
        return read;
    }

    private static Holder holder(Caller caller) {
        return new Holder(caller.subject(), caller.roles());
    }
}
