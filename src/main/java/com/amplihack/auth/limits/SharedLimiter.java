package com.amplihack.auth.limits;

import com.amplihack.auth.config.type.Quota;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.RateLimit;
import com.amplihack.auth.store.QuotaStore;
import com.amplihack.auth.web.ClientContext;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;

/** Enforces the limits that all nodes count together, each by one round trip to the store. */
@Singleton
public class SharedLimiter {
    private static final String EVERYBODY = "all";

    private final QuotaStore store;
    private final RateLimiter limits;

    @Inject
    public SharedLimiter(QuotaStore store, RateLimiter limits) {
        this.store = store;
        this.limits = limits;
    }

    /**
     * Takes one from a limit by address, or of everybody.
     *
     * @return the remaining quota
     * @throws AuthException {@code rate_limited}, which is audited, or {@code store_unavailable}
     */
    public RateLimit take(Limit limit, ClientContext client) {
        return answer(limit, key(limit, client), client);
    }

    /**
     * Takes one from an account's limit.
     *
     * @throws AuthException as {@link #take(Limit, ClientContext)}
     */
    public RateLimit take(Limit limit, String accountId, ClientContext client) {
        return answer(limit, account(limit, accountId), client);
    }

    /**
     * Takes one from an account's limit without telling anybody of a refusal.
     *
     * @return whether there was one
     * @throws AuthException {@code store_unavailable}
     */
    public boolean tryTake(Limit limit, String accountId) {
        return take(limits.quota(shared(limit)), account(limit, accountId)).granted();
    }

    private RateLimit answer(Limit limit, String key, ClientContext client) {
        Quota quota = limits.quota(shared(limit));
        return limits.answer(limit, quota, take(quota, key), client, entry -> {})
                .orElseThrow(); // none of these limits can be unlimited
    }

    /** A reservation that nobody settles counts as a failure, so it uses up the quota. */
    private QuotaStore.Taken take(Quota quota, String key) {
        return store.reserve(quota, key).taken();
    }

    private static String key(Limit limit, ClientContext client) {
        return switch (limit.key()) {
            case ADDRESS -> RateLimiter.network(client.address());
            case ALL -> EVERYBODY;
            case SESSION, SUBJECT, API_KEY -> throw new IllegalArgumentException(limit + " does not count by address");
        };
    }

    private static String account(Limit limit, String accountId) {
        if (limit.key() != Limit.Key.SUBJECT) {
            throw new IllegalArgumentException(limit + " does not count by account");
        }
        return "account/" + accountId;
    }

    private static Limit shared(Limit limit) {
        if (limit.counter() != Limit.Counter.SHARED) {
            throw new IllegalArgumentException(limit + " is not counted this way");
        }
        return limit;
    }
}
