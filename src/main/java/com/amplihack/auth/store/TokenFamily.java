package com.amplihack.auth.store;

import java.time.Instant;

/**
 * The refresh tokens of one session as far as they still matter (docs/refresh-protocol.md): generation {@code gen} is
 * live, the one before it may be asked for again.
 *
 * @param gen generation of the live refresh token, 1 at the login
 * @param live hash of the live token's secret
 * @param rotatedAt when it was made
 * @param request name of the request that made it, {@value #REQUEST_LENGTH} characters, or the empty string
 * @param answered the names of the last 8 requests that were answered, one after the other
 * @param salt what the live token was made with, beside its parent; the empty string at the login
 */
public record TokenFamily(long gen, String live, Instant rotatedAt, String request, String answered, String salt) {
    /** Of a request's name: 36 bits of a MAC, which nobody can try without asking us, and which one wrong try uses up. */
    public static final int REQUEST_LENGTH = 6;

    /** Whether that request was answered lately; never for one without a name. */
    public boolean hasAnswered(String request) {
        for (int i = 0; !request.isEmpty() && i < answered.length(); i += REQUEST_LENGTH) {
            if (answered.startsWith(request, i)) {
                return true;
            }
        }
        return false;
    }
}
