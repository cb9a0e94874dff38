package com.amplihack.auth.store;

import java.time.Instant;

/**
 * One session as the store holds it (ROTATION.md, "State in the session record"): nothing in it is a usable token.
 *
 * @param gen generation of the live refresh token
 * @param live hash of the live refresh token's secret
 * @param rotatedAt when that token was made
 * @param prev hash of the secret that it was made from, or the empty string
 * @param request hash of that rotation's idempotency key, or the empty string
 * @param answered hashes of the last 8 idempotency keys, joined by commas
 * @param sealed the live secret, sealed for the holder of its parent, or the empty string
 * @param minGen access tokens of older generations are revoked
 * @param proven whether a request has ever proved that it holds the session
 * @param epoch the user's, when the session was opened; its rights, when the session last rotated
 * @param endsAt when the session is over at the latest
 * @param createdAt when it was opened
 * @param lastSeenAt when a request was last admitted, to the minute
 * @param address of the client that signed in
 * @param device of the client that signed in: the start of its user agent, at most 64 characters
 */
public record SessionRecord(
        String subject,
        String sid,
        long gen,
        String live,
        Instant rotatedAt,
        String prev,
        String request,
        String answered,
        String sealed,
        long minGen,
        boolean proven,
        SecurityStore.Epoch epoch,
        Instant endsAt,
        Instant createdAt,
        Instant lastSeenAt,
        String address,
        String device) {
    /** A session's first state: generation 1, nothing rotated, nothing proven. */
    public static SessionRecord first(
            String subject,
            String sid,
            String live,
            SecurityStore.Epoch epoch,
            Instant now,
            Instant endsAt,
            String address,
            String device) {
        return new SessionRecord(
                subject, sid, 1, live, now, "", "", "", "", 0, false, epoch, endsAt, now, now, address, device);
    }
}
