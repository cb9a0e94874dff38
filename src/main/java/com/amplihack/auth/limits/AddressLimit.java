package com.amplihack.auth.limits;

import com.amplihack.auth.audit.AuditEntry;
import com.amplihack.auth.audit.AuditEvent;
import com.amplihack.auth.audit.AuditLog;
import com.amplihack.auth.config.type.AddressRanges;
import com.amplihack.auth.config.type.Quota;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.RateLimit;
import com.amplihack.auth.store.SecurityStore;
import com.amplihack.auth.web.ClientContext;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.Optional;

/** Holds what anybody may read to so many requests per client address; without a store it goes on unlimited. */
@Singleton
public class AddressLimit {
    private final SecurityStore store;
    private final AuditLog audit;

    @Inject
    public AddressLimit(SecurityStore store, AuditLog audit) {
        this.store = store;
        this.audit = audit;
    }

    /**
     * Takes one for this client; an IPv6 /64 is one.
     *
     * @return what is left; empty when the quota is off or the store does not answer soon
     * @throws AuthException {@code rate_limited}
     */
    public Optional<RateLimit> take(Quota quota, ClientContext client) {
        if (quota.unlimited()) {
            return Optional.empty();
        }
        Optional<SecurityStore.Taken> answer = store.takeSoon(quota, AddressRanges.network(client.address(), 32));
        if (answer.isEmpty()) {
            return Optional.empty();
        }
        SecurityStore.Taken taken = answer.get();
        RateLimit limit = new RateLimit(quota.name(), quota.limit(), quota.window(), taken.remaining(), taken.reset());
        if (!taken.granted()) {
            audit.record(AuditEntry.of(AuditEvent.RATE_LIMIT_EXCEEDED, client).detail("limit", quota.name()));
            throw limit.refusal("Too many requests");
        }
        return Optional.of(limit);
    }
}
