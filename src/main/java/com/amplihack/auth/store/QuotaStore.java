package com.amplihack.auth.store;

import com.amplihack.auth.config.type.Quota;
import java.time.Duration;

/** Quotas that belong to no user: exact sliding windows, whatever the concurrency. */
public interface QuotaStore {
    /** The answer of a quota: whether there was one left, how many still are, and when the next one comes. */
    record Taken(boolean granted, int remaining, Duration reset) {}

    /** Takes one from a quota that belongs to no user. */
    Taken take(Quota quota, String key);
}
