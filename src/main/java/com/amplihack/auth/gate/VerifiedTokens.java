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
 * Saves the second verification of the same token, character by character. What was verified is forgotten when it
 * expires, and all of it as soon as a key joins or leaves the ring or a setting changes. Whether a request may pass is
 * not known here: times, session, replay, binding and quota are for {@link GateFilter} to ask about, every time.
 */
@Singleton
class VerifiedTokens {
    private final Configuration configuration;
    private final KeyRing keys;
    private final InstantSource clock;
    private volatile @Nullable Generation latest;

    @Inject
    VerifiedTokens(Configuration configuration, KeyRing keys, InstantSource clock) {
        this.configuration = configuration;
        this.keys = keys;
        this.clock = clock;
    }

    /** Verifies a token, or throws what refuses it. */
    @FunctionalInterface
    interface Verification {
        VerifiedToken verify(String compact) throws AuthenticationException;
    }

    /**
     * The verified token of that text, remembered or verified now. A refusal is thrown on and leaves no trace.
     *
     * @param compact the JWS compact serialization as it came
     */
    VerifiedToken get(String compact, Verification verification) throws AuthenticationException {
        if (configuration.settings().tokens().cacheSize() == 0) {
            return verification.verify(compact);
        }
        Generation generation = inForce(); // before the verification: what it then remembers, it remembers in there
        VerifiedToken known = generation.tokens().getIfPresent(compact);
        if (known != null) {
            return known;
        }
        VerifiedToken verified = verification.verify(compact);
        generation.tokens().put(compact, verified);
        return verified;
    }

    private Generation inForce() {
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
                .executor(Runnable::run) // no threads of the server's own
                .build();
    }

    /** What was verified under one snapshot of the settings and one key set; never read or written under another. */
    private record Generation(Settings settings, Jwks jwks, Cache<String, VerifiedToken> tokens) {
        @SuppressWarnings("ReferenceEquality") // the same object or a change; comparing every setting would cost
        boolean isOf(Settings otherSettings, Jwks otherJwks) {
            return settings == otherSettings && jwks == otherJwks;
        }
    }
}
