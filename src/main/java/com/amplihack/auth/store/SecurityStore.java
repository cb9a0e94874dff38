package com.amplihack.auth.store;

import java.time.Instant;
import java.util.function.Consumer;

/**
 * The one seam for fast-changing security state: sessions, logins, quotas, and what the fleet of nodes shares. Each operation
 * is atomic and costs one round trip.
 *
 * <p>Every operation may throw {@link StoreUnavailableException}.
 */
public interface SecurityStore extends SessionStore, LoginStore, QuotaStore, FleetStore {
    /** Asks whether the store answers at all. */
    void ping();

    /**
     * Asks whether the store can be used, and what about its set-up an operator should change.
     *
     * @param now by this node's clock
     */
    Inspection inspect(Instant now);

    /** Has that listener told when the store goes away, and when it is back; never twice of the same outage. */
    void onOutage(Consumer<StoreOutage> listener);

    /** {@code redis} or {@code memory}, for logs and health. */
    String kind();
}
