package com.amplihack.auth.store;

import com.amplihack.auth.config.type.Quota;
import java.time.Duration;

/** Quotas that are not tied to a user, such as those per client address: exact sliding windows. */
public interface QuotaStore {
    /**
     * The result of taking one from a quota.
     *
     * @param remaining how many are left in the window
     * @param reset until the oldest entry leaves the window
     */
    record Taken(boolean granted, int remaining, Duration reset) {}

    /** Takes one from the quota of a key, for example an address; atomic across all nodes. */
    Taken take(Quota quota, String key);
}
