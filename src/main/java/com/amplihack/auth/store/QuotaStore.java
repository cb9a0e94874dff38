package com.amplihack.auth.store;

import com.amplihack.auth.config.type.Quota;
import java.time.Duration;

/** Quotas that are not tied to a user and that only failures use up: exact sliding windows, atomic across all nodes. */
public interface QuotaStore {
    /**
     * The state of a quota.
     *
     * @param granted whether the caller has one of it, or could have one
     * @param remaining how many are left in the window
     * @param reset until the oldest entry leaves the window
     */
    record Taken(boolean granted, int remaining, Duration reset) {}

    /**
     * One of a quota for an attempt whose result is not known yet; until it is settled it counts, after a minute as a
     * failure.
     *
     * @param mustWait it is not granted because attempts under way hold the last ones: reserve again later
     */
    record Reservation(Quota quota, String key, String id, Taken taken, boolean mustWait) {}

    /** Reserves one from the quota of a key, for example an address. */
    Reservation reserve(Quota quota, String key);

    /** Settles a granted reservation: a failure stays in the window, anything else is given back. */
    Taken settle(Reservation reservation, boolean failed);

    /** The state of a quota, without taking from it. */
    Taken look(Quota quota, String key);

    /**
     * Forgets the failures of a key.
     *
     * @return whether there were any
     */
    boolean lift(Quota quota, String key);
}
