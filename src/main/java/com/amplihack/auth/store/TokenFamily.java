package com.amplihack.auth.store;

import java.time.Instant;

/**
 * The refresh tokens of one session as far as they still matter (ROTATION.md): generation {@code gen} is live, the one
 * before it may be asked for again.
 *
 * @param gen generation of the live refresh token, 1 at the login
 * @param live hash of the live token's secret
 * @param rotatedAt when it was made
 * @param prev hash of the secret that it was made from, or the empty string at the login
 * @param request hash of that rotation's idempotency key, or the empty string
 * @param answered the starts of the hashes of the last {@value #REMEMBERED} idempotency keys that were answered, each
 *     {@value #REMEMBERED_LENGTH} characters (48 bits: no secret, it only tells a late duplicate from a theft)
 * @param sealed the live secret, sealed for whoever presents its parent again, or the empty string
 */
public record TokenFamily(
        long gen, String live, Instant rotatedAt, String prev, String request, String answered, String sealed) {
    static final int REMEMBERED = 8;
    static final int REMEMBERED_LENGTH = 8;

    /** Whether a request with that key was answered lately; never for a request without one. */
    public boolean hasAnswered(String request) {
        return !request.isEmpty() && isRemembered(answered, request);
    }

    /** The twin of {@code remember} in prelude.lua. */
    static String remember(String answered, String request) {
        if (request.isEmpty() || isRemembered(answered, request)) {
            return answered;
        }
        String longer = answered + request.substring(0, REMEMBERED_LENGTH);
        return longer.substring(Math.max(0, longer.length() - REMEMBERED * REMEMBERED_LENGTH));
    }

    private static boolean isRemembered(String answered, String request) {
        for (int i = 0; i < answered.length(); i += REMEMBERED_LENGTH) {
            if (request.startsWith(answered.substring(i, i + REMEMBERED_LENGTH))) {
                return true;
            }
        }
        return false;
    }
}
