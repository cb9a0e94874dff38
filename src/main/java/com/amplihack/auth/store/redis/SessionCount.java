package com.amplihack.auth.store.redis;

import com.amplihack.auth.store.script.UserKeys;
import java.util.HashSet;
import java.util.Set;
import redis.clients.jedis.ScanIteration;
import redis.clients.jedis.UnifiedJedis;

/**
 * How many session records there are: counted while there are few keys, estimated from a sample while there are many. Keys
 * lie in the order of a hash, so the first ones of a scan are a fair sample.
 */
final class SessionCount {
    private static final int BATCH = 1000;
    private static final int SAMPLE = 10_000;

    private SessionCount() {}

    static long of(UnifiedJedis redis) {
        ScanIteration keys = redis.scanIteration(BATCH, "*");
        Set<String> seen = new HashSet<>(); // in a cluster the replicas are scanned, too
        while (!keys.isIterationCompleted() && seen.size() < SAMPLE) {
            seen.addAll(keys.nextBatchList());
        }
        long sessions = seen.stream().filter(UserKeys::isSession).count();
        return keys.isIterationCompleted() ? sessions : Math.round((double) sessions / seen.size() * redis.dbSize());
    }
}
