package com.amplihack.auth.limits;

import com.amplihack.auth.config.type.Quota;
import com.amplihack.auth.store.QuotaStore.Taken;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import com.github.benmanes.caffeine.cache.Ticker;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Counts a rate limit on this node in fixed windows, each of which begins with its first request; any period as long
 * as a window sees at most two quotas.
 */
final class FixedWindowCounter {
    /** Beyond it, the cache evicts the least used key. */
    static final int MAX_KEYS = 65_536;

    private final Ticker ticker;
    private final Cache<String, Window> windows;

    FixedWindowCounter(Ticker ticker) {
        this.ticker = ticker;
        windows = Caffeine.newBuilder()
                .maximumSize(MAX_KEYS)
                .expireAfter(
                        Expiry.<String, Window>creating((key, window) -> Duration.ofNanos(window.end - ticker.read())))
                .ticker(ticker)
                .executor(Runnable::run) // maintenance on the calling thread
                .build();
    }

    private record Window(long end, AtomicInteger taken) {}

    Taken take(Quota quota, String key) {
        long now = ticker.read();
        Window window = windows.get(
                quota.name() + ' ' + key,
                absent -> new Window(now + quota.window().toNanos(), new AtomicInteger()));
        int before = window.taken.getAndUpdate(taken -> Math.min(taken + 1, quota.limit()));
        return new Taken(
                before < quota.limit(),
                Math.max(0, quota.limit() - before - 1),
                Duration.ofNanos(Math.max(0, window.end - now)));
    }

    /** The state of a key, without taking from it. */
    Taken look(Quota quota, String key) {
        Window window = windows.getIfPresent(quota.name() + ' ' + key);
        int left = quota.limit() - (window == null ? 0 : window.taken.get());
        Duration reset = window == null ? quota.window() : Duration.ofNanos(Math.max(0, window.end - ticker.read()));
        return new Taken(left > 0, Math.max(0, left), reset);
    }

    long keys() {
        windows.cleanUp();
        return windows.estimatedSize();
    }
}
