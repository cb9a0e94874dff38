package com.amplihack.auth.session;

import com.amplihack.auth.store.TokenFamily;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;

/** How an authentic refresh token of a live session with valid proof is answered (docs/refresh-protocol.md). */
enum RefreshRule {
    /** Rules 1 and 2b: a new generation. */
    ROTATE,
    /** Rule 2a: the live token again, which was just issued, or issued to this very request. */
    ANSWER_ITSELF,
    /** Rules 3a and 3b: the same successor again, to a concurrent tab or to a retry of the request that rotated. */
    ANSWER_SUCCESSOR,
    /** Rule 3c: a late duplicate of an answered request; the session goes on. */
    SUPERSEDED,
    /** Rule 4: theft. */
    REUSED;

    /**
     * Selects the one rule that applies.
     *
     * @param successor the presented token's successor under the family's current salt
     * @param request the request's name, or the empty string
     * @param now by the same clock as {@code family.rotatedAt()}
     * @param grace how long a rotation counts as recent; zero: never
     */
    static RefreshRule of(
            TokenFamily family,
            RefreshToken presented,
            RefreshToken successor,
            String request,
            Instant now,
            Duration grace) {
        boolean justRotated =
                family.gen() > 1 && now.isBefore(family.rotatedAt().plus(grace));
        boolean answered = family.hasAnswered(request);
        long behind = family.gen() - presented.gen();
        if (behind < 0) {
            return ROTATE; // the store was rolled back; the token's MAC vouches for its generation
        }
        if (behind == 0 && matches(presented, family.live())) {
            return justRotated || answered ? ANSWER_ITSELF : ROTATE;
        }
        boolean parent = behind == 1 && matches(successor, family.live());
        if (parent && (justRotated || answered || isSameRequest(request, family.request()))) {
            return ANSWER_SUCCESSOR;
        }
        // another token of the live generation stems from before a rollback of the store
        return behind > 0 && answered ? SUPERSEDED : REUSED;
    }

    private static boolean isSameRequest(String request, String rotatedBy) {
        return !request.isEmpty() && request.equals(rotatedBy);
    }

    private static boolean matches(RefreshToken token, String hash) {
        return MessageDigest.isEqual(
                token.hash().getBytes(StandardCharsets.US_ASCII), hash.getBytes(StandardCharsets.US_ASCII));
    }
}
