package com.amplihack.auth.store.redis;

import com.amplihack.auth.store.script.UserKeys;
import java.util.HashSet;
import java.util.Set;
import redis.clients.jedis.ScanIteration;
import redis.clients.jedis.UnifiedJedis;

/**
 * Counts the session records if there are few keys, and estimates their number from a sample if there are many.
 * {@code SCAN} returns keys in the order of a hash, so the first ones are a fair sample.
 */
final class SessionCount {
    private static final int BATCH = 1000;
    private static final int SAMPLE = 10_000;

    private SessionCount() {}

    static long of(UnifiedJedis redis) {
        ScanIteration keys = redis.scanIteration(BATCH, "*");
        Set<String> seen = new HashSet<>(); // the scan of a cluster includes replicas
        while (!keys.isIterationCompleted() && seen.size() < SAMPLE) {
            seen.addAll(keys.nextBatchList());
        }
        long sessions = seen.stream().filter(UserKeys::isSession).count();
        return keys.isIterationCompleted() ? sessions : Math.round((double) sessions / seen.size() * redis.dbSize());
    }
}
