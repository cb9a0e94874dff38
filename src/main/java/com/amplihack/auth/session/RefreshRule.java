package com.amplihack.auth.session;

import com.amplihack.auth.store.TokenFamily;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;

/** The answer to an authentic refresh token of a live session, presented with its proof (docs/refresh-protocol.md). */
enum RefreshRule {
    /** Rules 1 and 2b: a new generation. */
    ROTATE,
    /**
     * Rule 2a: it is as fresh as an answer that may still be on its way, or this very request was answered with it
     * before; so it is its own answer.
     */
    ANSWER_ITSELF,
    /** Rules 3a and 3b: the same successor again, to a tab that raced or to a request that was answered with it. */
    ANSWER_SUCCESSOR,
    /** Rule 3c: a duplicate of a request that was answered, kept back by the network; nothing ends. */
    SUPERSEDED,
    /** Rule 4: theft. */
    REUSED;

    /**
     * Decides; every authentic token falls under exactly one rule.
     *
     * @param successor what follows the presented token, if the live one was made of it
     * @param request its name, or the empty string
     * @param now by the clock that {@code family.rotatedAt()} is of
     * @param grace how long a rotation counts as just made; zero: never
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
            return ROTATE; // the store was rolled back: it learns from the token, which carries our MAC
        }
        if (behind == 0 && matches(presented, family.live())) {
            return justRotated || answered ? ANSWER_ITSELF : ROTATE;
        }
        boolean parent = behind == 1 && matches(successor, family.live());
        if (parent && (justRotated || answered || isSameRequest(request, family.request()))) {
            return ANSWER_SUCCESSOR;
        }
        // beside the live token only another line of a rolled-back store can stand
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
