package com.amplihack.auth.store;

import com.amplihack.auth.config.type.Quota;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;

/** An exact sliding window in memory, the twin of {@code take} in prelude.lua; its owner guards it by a lock. */
final class SlidingWindow {
    private final Deque<Long> takenAt = new ArrayDeque<>(); // oldest first, at most the quota's limit

    SecurityStore.Taken take(Quota quota, long now) {
        long window = quota.window().toMillis();
        forget(now - window);
        boolean granted = takenAt.size() < quota.limit();
        if (granted) {
            takenAt.addLast(now);
        }
        Duration reset = Duration.ofMillis(takenAt.getFirst() + window - now);
        return new SecurityStore.Taken(granted, Math.max(0, quota.limit() - takenAt.size()), reset);
    }

    /** Drops what was taken at that time or before; tells whether nothing is left. */
    boolean forget(long until) {
        while (!takenAt.isEmpty() && takenAt.getFirst() <= until) {
            takenAt.removeFirst();
        }
        return takenAt.isEmpty();
    }
}
