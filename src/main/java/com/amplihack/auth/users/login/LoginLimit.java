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
import java.time.Duration;
import java.util.Optional;

/**
 * Limits the failed logins of a client address; a device or session that belongs to the account has the same quota for
 * itself (docs/adr/0069). One is reserved before the password is checked and given back unless the login fails, so that
 * no more fail than the limit, however many come at once.
 */
@Singleton
public class LoginLimit {
    private final QuotaStore store;
    private final RateLimiter limits;
    private final Configuration configuration;
    private final LoginQueue queue = new LoginQueue("Too many concurrent login attempts from this address.");

    @Inject
    public LoginLimit(QuotaStore store, RateLimiter limits, Configuration configuration) {
        this.store = store;
        this.limits = limits;
        this.configuration = configuration;
    }

    /**
     * A login that has begun.
     *
     * @param reservation empty where the limit does not apply
     * @param left the quota if it fails
     */
    public record Begun(Optional<QuotaStore.Reservation> reservation, RateLimit left) {}

    /**
     * Reserves a failure, or waits for one while logins under way hold the last ones.
     *
     * @param familiar names the device or session that belongs to the account; empty for a stranger
     * @param account of the name that is given, for the audit log
     * @throws AuthException {@code rate_limited}, {@code overloaded} or {@code store_unavailable}
     */
    public Begun begin(Optional<String> familiar, Optional<String> account, ClientContext client) {
        Quota quota = limits.quota(Limit.LOGIN);
        if (familiar.isEmpty()
                && configuration.settings().limits().loginExempt().contains(client.address())) {
            return new Begun(
                    Optional.empty(),
                    new RateLimit(quota.name(), quota.limit(), quota.window(), quota.limit(), Duration.ZERO));
        }
        String key = familiar.orElseGet(() -> RateLimiter.network(client.address()));
        QuotaStore.Reservation reservation = queue.await(
                () -> store.reserve(quota, key),
                QuotaStore.Reservation::mustWait,
                configuration.settings().passwords().queue());
        RateLimit left = limits.answer(
                        Limit.LOGIN, quota, reservation.taken(), client, entry -> account.ifPresent(entry::user))
                .orElseThrow(); // the login quota is never unlimited
        return new Begun(Optional.of(reservation), left);
    }

    /** Counts a login as failed. */
    public void fail(Begun login) {
        login.reservation().ifPresent(reservation -> store.settle(reservation, true));
    }

    /** Gives back what a login reserved that has not failed; the quota after that. */
    public RateLimit giveBack(Begun login) {
        return login.reservation()
                .map(reservation -> state(reservation.quota(), store.settle(reservation, false)))
                .orElse(login.left());
    }

    /** The failures that strangers at an address have left. */
    public RateLimit of(String address) {
        Quota quota = limits.quota(Limit.LOGIN);
        return state(quota, store.look(quota, RateLimiter.network(address)));
    }

    /** Forgets the failures of strangers at an address; returns whether there were any. */
    public boolean lift(String address) {
        return store.lift(limits.quota(Limit.LOGIN), RateLimiter.network(address));
    }

    private static RateLimit state(Quota quota, QuotaStore.Taken taken) {
        return new RateLimit(quota.name(), quota.limit(), quota.window(), taken.remaining(), taken.reset());
    }
}
