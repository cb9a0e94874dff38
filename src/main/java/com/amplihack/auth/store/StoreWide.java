package com.amplihack.auth.store;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;

/**
 * What holds for every user, as this node knows it: asked for again every half second by whichever request comes first,
 * so that the others pay nothing. Who could not ask for two seconds is refused, for it may be that everybody was signed
 * out meanwhile.
 */
final class StoreWide {
    static final String KEY = RedisSecurityStore.PREFIX + "wide";
    private static final String DEAD = "dead:";
    private static final long FRESH = Duration.ofMillis(500).toNanos();
    private static final long STALE = Duration.ofSeconds(2).toNanos();
    private static final long RENEW = Duration.ofHours(1).toNanos();

    private final RedisConnection redis;
    private final AtomicLong nextAsk = new AtomicLong(System.nanoTime());
    private final AtomicLong nextRenewal = new AtomicLong(System.nanoTime());
    private volatile long askedAt = System.nanoTime() - 2 * STALE;
    private volatile long ended;
    private volatile Set<String> dead = Set.of();

    StoreWide(RedisConnection redis) {
        this.redis = redis;
    }

    /** How often everybody's sessions were ended. */
    long ended() {
        keepFresh();
        return ended;
    }

    /** The signing keys that nobody may believe any more, by their {@code kid}. */
    Set<String> deadKeys() {
        keepFresh();
        return dead;
    }

    private void keepFresh() {
        long now = System.nanoTime();
        long due = nextAsk.get();
        boolean mine = now - due >= 0 && nextAsk.compareAndSet(due, now + FRESH);
        if (mine || now - askedAt > STALE) {
            ask(now);
        }
    }

    /** Ends the sessions of everybody; other nodes know within half a second. */
    void endEverybody() {
        raise(redis.run(
                StoreOperation.END_EVERYBODY,
                List.of(KEY),
                List.of(RedisSecurityStore.EPOCH_LIFE, Long.toString(ended())),
                Long.class::cast));
    }

    /** Other nodes know within half a second. */
    void killKeys(Set<String> kids) {
        List<String> arguments = new ArrayList<>(kids);
        arguments.add(0, RedisSecurityStore.EPOCH_LIFE);
        redis.run(StoreOperation.KILL_KEYS, List.of(KEY), arguments, Long.class::cast);
        bury(kids);
    }

    private void ask(long now) {
        Known known = redis.ask(StoreOperation.WIDE, client -> Known.of(client.hgetAll(KEY)));
        raise(known.ended());
        bury(known.dead());
        askedAt = now;
        long due = nextRenewal.get();
        if (known.isWorthKeeping() && now - due >= 0 && nextRenewal.compareAndSet(due, now + RENEW)) {
            redis.ask(
                    StoreOperation.WIDE, client -> client.pexpire(KEY, Long.parseLong(RedisSecurityStore.EPOCH_LIFE)));
        }
    }

    /** Two answers may overtake each other: the counter never falls. */
    private synchronized void raise(long value) {
        ended = Math.max(ended, value);
    }

    /** A key does not come back, also when the store that knew of it was lost. */
    private synchronized void bury(Set<String> kids) {
        if (!dead.containsAll(kids)) {
            Set<String> more = new HashSet<>(dead);
            more.addAll(kids);
            dead = Set.copyOf(more);
        }
    }

    /** What Redis holds; fields that are no numbers are a store that cannot answer. */
    private record Known(long ended, Set<String> dead) {
        static Known of(Map<String, String> fields) {
            return new Known(
                    Long.parseLong(fields.getOrDefault("ended", "0")),
                    fields.keySet().stream()
                            .filter(field -> field.startsWith(DEAD))
                            .map(field -> field.substring(DEAD.length()))
                            .collect(Collectors.toUnmodifiableSet()));
        }

        boolean isWorthKeeping() {
            return ended > 0 || !dead.isEmpty();
        }
    }
}
