package com.amplihack.auth.store;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What holds for every user, as this node knows it: asked for again every half second by whichever request comes first,
 * so that the others pay nothing. Who could not ask for two seconds is refused, for it may be that everybody was signed
 * out meanwhile.
 */
final class StoreWide {
    static final String KEY = RedisSecurityStore.PREFIX + "wide";
    private static final long FRESH = Duration.ofMillis(500).toNanos();
    private static final long STALE = Duration.ofSeconds(2).toNanos();
    private static final long RENEW = Duration.ofHours(1).toNanos();

    private final RedisConnection redis;
    private final AtomicLong nextAsk = new AtomicLong(System.nanoTime());
    private final AtomicLong nextRenewal = new AtomicLong(System.nanoTime());
    private volatile long askedAt = System.nanoTime() - 2 * STALE;
    private volatile long ended;

    StoreWide(RedisConnection redis) {
        this.redis = redis;
    }

    /** How often everybody's sessions were ended. */
    long ended() {
        long now = System.nanoTime();
        long due = nextAsk.get();
        boolean mine = now - due >= 0 && nextAsk.compareAndSet(due, now + FRESH);
        if (mine || now - askedAt > STALE) {
            ask(now);
        }
        return ended;
    }

    /** Ends the sessions of everybody; other nodes know within half a second. */
    void endEverybody() {
        raise(redis.run(
                StoreOperation.END_EVERYBODY,
                List.of(KEY),
                List.of(RedisSecurityStore.EPOCH_LIFE, Long.toString(ended())),
                Long.class::cast));
    }

    private void ask(long now) {
        Optional<Long> value = redis.ask(StoreOperation.WIDE, client -> Optional.ofNullable(client.hget(KEY, "ended"))
                .map(Long::valueOf));
        raise(value.orElse(0L));
        askedAt = now;
        long due = nextRenewal.get();
        if (value.isPresent() && now - due >= 0 && nextRenewal.compareAndSet(due, now + RENEW)) {
            redis.ask(
                    StoreOperation.WIDE, client -> client.pexpire(KEY, Long.parseLong(RedisSecurityStore.EPOCH_LIFE)));
        }
    }

    /** Two answers may overtake each other: the counter never falls. */
    private synchronized void raise(long value) {
        ended = Math.max(ended, value);
    }
}
