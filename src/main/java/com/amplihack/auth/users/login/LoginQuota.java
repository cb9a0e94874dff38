package com.amplihack.auth.users.login;

import com.amplihack.auth.audit.AuditEntry;
import com.amplihack.auth.audit.AuditEvent;
import com.amplihack.auth.audit.AuditLog;
import com.amplihack.auth.config.Configuration;
import com.amplihack.auth.config.type.AddressRanges;
import com.amplihack.auth.config.type.Quota;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.RateLimit;
import com.amplihack.auth.store.SecurityStore;
import com.amplihack.auth.web.ClientContext;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;

/** Holds the logins of one client address, whatever they are tried with, to so many in a window. */
@Singleton
public class LoginQuota {
    private final SecurityStore store;
    private final AuditLog audit;
    private final Configuration configuration;

    @Inject
    public LoginQuota(SecurityStore store, AuditLog audit, Configuration configuration) {
        this.store = store;
        this.audit = audit;
        this.configuration = configuration;
    }

    /**
     * Takes one for this client; an IPv6 /64 is one.
     *
     * @return what is left
     * @throws AuthException {@code rate_limited} or {@code store_unavailable}
     */
    RateLimit take(ClientContext client) {
        Quota quota = configuration.settings().limits().login();
        SecurityStore.Taken taken = store.take(quota, AddressRanges.network(client.address(), 32));
        RateLimit limit = new RateLimit(quota.name(), quota.limit(), quota.window(), taken.remaining(), taken.reset());
        if (!taken.granted()) {
            audit.record(AuditEntry.of(AuditEvent.RATE_LIMIT_EXCEEDED, client).detail("limit", quota.name()));
            throw limit.refusal("Too many login attempts");
        }
        return limit;
    }
}
