package com.amplihack.auth.limits;

import com.amplihack.auth.audit.AuditEntry;
import com.amplihack.auth.audit.AuditEvent;
import com.amplihack.auth.audit.AuditLog;
import com.amplihack.auth.config.Configuration;
import com.amplihack.auth.config.type.AddressRanges;
import com.amplihack.auth.config.type.Quota;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.RateLimit;
import com.amplihack.auth.store.QuotaStore.Taken;
import com.amplihack.auth.web.ClientContext;
import com.github.benmanes.caffeine.cache.Ticker;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.Optional;
import java.util.function.Consumer;

/** Enforces the rate limits; audits and refuses a request over its limit. */
@Singleton
public class RateLimiter {
    private static final int IPV4_ADDRESS_BITS = 32;

    private final FixedWindowCounter node = new FixedWindowCounter(Ticker.systemTicker());
    private final AuditLog audit;
    private final Configuration configuration;

    @Inject
    public RateLimiter(AuditLog audit, Configuration configuration) {
        this.audit = audit;
        this.configuration = configuration;
    }

    public Quota quota(Limit limit) {
        return limit.quota(configuration.settings().limits());
    }

    /**
     * Takes one permit from a limit by address that this node counts.
     *
     * @return the remaining quota; empty if unlimited
     * @throws AuthException {@code rate_limited}
     */
    public Optional<RateLimit> take(Limit limit, ClientContext client) {
        Quota quota = quota(limit);
        if (quota.unlimited()) {
            return Optional.empty();
        }
        String key =
                switch (limit.key()) {
                    case ADDRESS -> network(client.address());
                    case SESSION, SUBJECT, API_KEY, ALL ->
                        throw new IllegalArgumentException(limit + " does not count by address");
                };
        Taken taken =
                switch (limit.counter()) {
                    case STORE -> throw new IllegalArgumentException(limit + " is reserved and settled");
                    case SHARED -> throw new IllegalArgumentException(limit + " is taken by SharedLimiter");
                    case NODE -> node.take(quota, key);
                    case SCRIPT -> throw new IllegalArgumentException(limit + " is taken by a script");
                };
        return answer(limit, quota, taken, client, entry -> {});
    }

    /**
     * Requires that a limit by address that this node counts has a permit left, without taking one.
     *
     * @throws AuthException {@code rate_limited}
     */
    public void requireRoom(Limit limit, ClientContext client) {
        Quota quota = quota(limit);
        answer(limit, quota, node.look(quota, network(client.address())), client, entry -> {});
    }

    /** What a limit by address counts by: an IPv4 address or IPv6 /64. */
    public static String network(String address) {
        return AddressRanges.network(address, IPV4_ADDRESS_BITS);
    }

    /**
     * Evaluates a permit that was taken, perhaps by a script of the store.
     *
     * @param caller completes the audit entry of a refusal
     * @return the remaining quota; empty if unlimited
     * @throws AuthException {@code rate_limited}
     */
    public Optional<RateLimit> answer(
            Limit limit, Quota quota, Taken taken, ClientContext client, Consumer<AuditEntry> caller) {
        if (quota.unlimited()) {
            return Optional.empty();
        }
        RateLimit left = new RateLimit(quota.name(), quota.limit(), quota.window(), taken.remaining(), taken.reset());
        if (!taken.granted()) {
            AuditEntry entry =
                    AuditEntry.of(AuditEvent.RATE_LIMIT_EXCEEDED, client).detail("limit", quota.name());
            caller.accept(entry);
            audit.record(entry);
            throw left.refusal(limit.title());
        }
        return Optional.of(left);
    }
}
