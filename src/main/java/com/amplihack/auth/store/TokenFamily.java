package com.amplihack.auth.store;

import java.time.Instant;

/**
 * The state of a session's refresh tokens (docs/refresh-protocol.md): generation {@code gen} is live; its parent may be
 * presented again by a retry.
 *
 * @param gen generation of the live refresh token, 1 after the login
 * @param live hash of the live token's secret
 * @param rotatedAt when the live token was created
 * @param request name of the request that created it, {@value #REQUEST_LENGTH} characters, or the empty string
 * @param answered names of the last 8 requests that were answered, concatenated
 * @param salt with which the live token was derived from its parent; the empty string after the login
 */
public record TokenFamily(long gen, String live, Instant rotatedAt, String request, String answered, String salt) {
    /**
     * Length of a request's name: 36 bits of a MAC. They suffice, since a guess needs a refresh request, and a wrong
     * one counts as theft.
     */
    public static final int REQUEST_LENGTH = 6;

    /** Whether the request is one of the last 8 that were answered; false for a request without a name. */
    public boolean hasAnswered(String request) {
        for (int i = 0; !request.isEmpty() && i < answered.length(); i += REQUEST_LENGTH) {
            if (answered.startsWith(request, i)) {
                return true;
            }
        }
        return false;
    }
}
