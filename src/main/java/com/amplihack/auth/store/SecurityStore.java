package com.amplihack.auth.store;

import com.amplihack.auth.config.source.InvalidSettingException;
import com.amplihack.auth.store.anchor.AnchorStore;
import com.amplihack.auth.store.budget.BudgetStore;
import java.time.Instant;
import java.util.function.Consumer;

/**
 * The store of fast-changing security state: sessions, login attempts, quotas, and the state that all nodes share. Each
 * operation is atomic and usually takes one round trip.
 *
 * <p>Every operation may throw {@link StoreUnavailableException}.
 */
public interface SecurityStore
        extends SessionStore, LoginStore, QuotaStore, KeyStore, BudgetStore, FleetStore, AnchorStore {
    /**
     * Connects, and checks the store before any request uses it.
     *
     * @param now the time by this node's clock, to be compared with the store's
     * @throws InvalidSettingException with one sentence for the operator, if no waiting makes the store usable
     * @throws StoreUnavailableException with one sentence for the operator, if it is not there yet
     */
    StoreInspection connect(Instant now);

    /** Checks that the store answers. */
    void ping();

    /**
     * Checks whether the store can be used, and whether its configuration is dangerous.
     *
     * @param now the time by this node's clock, to be compared with the store's
     */
    StoreInspection inspect(Instant now);

    /** Sets the listener that is notified once when an outage begins, and once when it ends. */
    void onOutage(Consumer<StoreOutage> listener);

    /** {@code redis} or {@code memory}, for logs and health. */
    String kind();
}
