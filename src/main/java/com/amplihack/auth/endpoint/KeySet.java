package com.amplihack.auth.endpoint;

import com.amplihack.auth.keys.KeyRing;
import com.amplihack.auth.keys.ring.Jwks;
import com.amplihack.auth.limits.Limit;
import com.amplihack.auth.limits.RateLimiter;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.web.ClientContext;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Answers to a {@code GET} of the public keys (RFC 7517), even while the store is down. */
@Singleton
class KeySet {
    /** RFC 7517 section 8.5.1. */
    static final String MEDIA_TYPE = "application/jwk-set+json";

    private final KeyRing keys;
    private final RateLimiter limits;

    @Inject
    KeySet(KeyRing keys, RateLimiter limits) {
        this.keys = keys;
        this.limits = limits;
    }

    /**
     * What to answer.
     *
     * @param body empty where the client has it already: 304
     */
    record Answer(Optional<byte[]> body, Map<String, String> headers) {
        Answer {
            headers = Map.copyOf(headers);
        }
    }

    /**
     * Takes a permit, and answers.
     *
     * @param known the header {@code If-None-Match}
     * @throws AuthException {@code rate_limited}
     */
    Answer to(@Nullable String known, ClientContext client) {
        Map<String, String> headers = new HashMap<>();
        limits.take(Limit.JWKS, client).ifPresent(left -> headers.putAll(left.headers()));
        Jwks jwks = keys.jwks();
        headers.put("ETag", jwks.etag());
        headers.put("Cache-Control", "public, max-age=60");
        headers.put("Vary", "Accept");
        return new Answer(isKnown(known, jwks.etag()) ? Optional.empty() : Optional.of(jwks.bytes()), headers);
    }

    /** RFC 9110 section 13.1.2: weak comparison with a list of tags or {@code *}. */
    private static boolean isKnown(@Nullable String ifNoneMatch, String etag) {
        return ifNoneMatch != null
                && Arrays.stream(ifNoneMatch.split(","))
                        .map(String::strip)
                        .map(tag -> tag.startsWith("W/") ? tag.substring(2) : tag)
                        .anyMatch(tag -> tag.equals("*") || tag.equals(etag));
    }
}
