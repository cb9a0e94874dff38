package com.amplihack.auth.users.login;

import com.amplihack.auth.config.Configuration;
import com.amplihack.auth.config.type.Quota;
import com.amplihack.auth.limits.Limit;
import com.amplihack.auth.limits.RateLimiter;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.RateLimit;
import com.amplihack.auth.store.QuotaStore;
import com.amplihack.auth.web.ClientContext;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.function.BooleanSupplier;

/**
 * Limits the wrong second factors of an account, whoever presents them: without it a guesser who has the password would
 * get as many tries as pending sign-ins.
 */
@Singleton
public class SecondFactorLimit {
    private final QuotaStore store;
    private final RateLimiter limits;
    private final Configuration configuration;
    private final LoginQueue queue = new LoginQueue("Too many concurrent second factors for this account.");

    @Inject
    public SecondFactorLimit(QuotaStore store, RateLimiter limits, Configuration configuration) {
        this.store = store;
        this.limits = limits;
        this.configuration = configuration;
    }

    /**
     * Has a factor checked with one failure reserved for it.
     *
     * @return whether it is right
     * @throws AuthException {@code rate_limited}, {@code overloaded} or {@code store_unavailable}
     */
    public boolean within(String accountId, ClientContext client, BooleanSupplier check) {
        Quota quota = limits.quota(Limit.MFA);
        QuotaStore.Reservation reservation = queue.await(
                () -> store.reserve(quota, accountId),
                QuotaStore.Reservation::mustWait,
                configuration.settings().passwords().queue());
        limits.answer(Limit.MFA, quota, reservation.taken(), client, entry -> entry.user(accountId));
        boolean right;
        try {
            right = check.getAsBoolean();
        } catch (AuthException untried) { // a 503: nothing was compared
            store.settle(reservation, false);
            throw untried;
        }
        store.settle(reservation, !right);
        return right;
    }

    /** The failures that the account has left. */
    public RateLimit of(String accountId) {
        Quota quota = limits.quota(Limit.MFA);
        QuotaStore.Taken taken = store.look(quota, accountId);
        return new RateLimit(quota.name(), quota.limit(), quota.window(), taken.remaining(), taken.reset());
    }

    /** Forgets the account's failures; returns whether there were any. */
    public boolean lift(String accountId) {
        return store.lift(limits.quota(Limit.MFA), accountId);
    }
}
