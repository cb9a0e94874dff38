package com.amplihack.auth.gate;

import com.amplihack.auth.config.Configuration;
import com.amplihack.auth.config.Settings;
import com.amplihack.auth.keys.KeyRing;
import com.amplihack.auth.keys.ring.Jwks;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.security.enterprise.AuthenticationException;
import java.time.Duration;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/**
 * Caches verified tokens by their exact text until they expire, and drops all of them when the key set or a setting
 * changes; {@link GateFilter} still checks times, session, replay, binding and quota at every request.
 */
@Singleton
class VerifiedTokenCache {
    private final Configuration configuration;
    private final KeyRing keys;
    private final InstantSource clock;
    private volatile @Nullable Generation latest;

    @Inject
    VerifiedTokenCache(Configuration configuration, KeyRing keys, InstantSource clock) {
        this.configuration = configuration;
        this.keys = keys;
        this.clock = clock;
    }

    /** Verifies a token, or throws the refusal. */
    @FunctionalInterface
    interface Verification {
        VerifiedToken verify(String compact) throws AuthenticationException;
    }

    /**
     * Returns the cached token, or verifies and caches it; a refusal is not cached.
     *
     * @param compact the JWS compact serialization as received
     */
    VerifiedToken get(String compact, Verification verification) throws AuthenticationException {
        if (configuration.settings().tokens().cacheSize() == 0) {
            return verification.verify(compact);
        }
        Generation generation = current(); // before the verification, whose result belongs to this generation
        VerifiedToken known = generation.tokens().getIfPresent(compact);
        if (known != null) {
            return known;
        }
        VerifiedToken verified = verification.verify(compact);
        generation.tokens().put(compact, verified);
        return verified;
    }

    private Generation current() {
        Settings settings = configuration.settings();
        Jwks jwks = keys.jwks();
        Generation generation = latest;
        if (generation == null || !generation.isOf(settings, jwks)) {
            generation = new Generation(settings, jwks, empty(settings.tokens().cacheSize()));
            latest = generation;
        }
        return generation;
    }

    private Cache<String, VerifiedToken> empty(int size) {
        return Caffeine.newBuilder()
                .maximumSize(size)
                .expireAfter(Expiry.<String, VerifiedToken>creating((compact, token) ->
                        Duration.between(clock.instant(), token.claims().expiresAt())))
                .ticker(() -> Duration.ofMillis(clock.millis()).toNanos())
                .executor(Runnable::run) // no threads of the common pool
                .build();
    }

    /** The cache for one snapshot of settings and key set, never used with another. */
    private record Generation(Settings settings, Jwks jwks, Cache<String, VerifiedToken> tokens) {
        @SuppressWarnings("ReferenceEquality") // any other object is a change; equals would be slow
        boolean isOf(Settings otherSettings, Jwks otherJwks) {
            return settings == otherSettings && jwks == otherJwks;
        }
    }
}
