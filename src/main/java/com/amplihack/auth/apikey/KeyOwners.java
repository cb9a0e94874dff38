package com.amplihack.auth.apikey;

import com.amplihack.auth.limits.Limit;
import com.amplihack.auth.limits.RateLimiter;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.web.ClientContext;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;

/**
 * Remembers which account an API key was made for, which never changes and leads to the key in the store. A key that there
 * never was gets an account of its own that does not exist, so that its refusal takes the same way, and the same time, as
 * that of a known one.
 */
@Singleton
class KeyOwners {
    private static final int MOST = 100_000;

    private final KeyDirectory keys;
    private final RateLimiter limits;
    private final Cache<String, String> owners = Caffeine.newBuilder()
            .maximumSize(MOST)
            .executor(Runnable::run) // maintenance on the calling thread
            .build();
    private final Cache<String, String> strangers = Caffeine.newBuilder()
            .maximumSize(MOST)
            .expireAfterWrite(Duration.ofMinutes(1)) // or a key that another database has would never get in
            .executor(Runnable::run)
            .build();

    @Inject
    KeyOwners(KeyDirectory keys, RateLimiter limits) {
        this.keys = keys;
        this.limits = limits;
    }

    /**
     * The account of a key.
     *
     * @throws AuthException {@code rate_limited} when too many unknown keys came from the client's address
     */
    String ownerOf(String keyId, ClientContext client) {
        String owner = owners.getIfPresent(keyId);
        if (owner == null) {
            owner = strangers.getIfPresent(keyId);
        }
        return owner == null ? lookUp(keyId, client) : owner;
    }

    private String lookUp(String keyId, ClientContext client) {
        limits.requireRoom(Limit.APIKEY_UNKNOWN, client);
        Optional<String> owner = keys.ownerOf(keyId);
        if (owner.isPresent()) {
            owners.put(keyId, owner.get());
            return owner.get();
        }
        limits.take(Limit.APIKEY_UNKNOWN, client);
        String nobody = UUID.nameUUIDFromBytes(("unknown key " + keyId).getBytes(StandardCharsets.UTF_8))
                .toString();
        strangers.put(keyId, nobody);
        return nobody;
    }
}
