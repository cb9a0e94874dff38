package com.amplihack.auth.store;

import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * One session as the store holds it (docs/refresh-protocol.md): nothing in it is a usable token.
 *
 * @param family its refresh tokens
 * @param issue the generation that access tokens carry now: moves at each rotation, and when an answer that rotates
 *     nothing carries changed rights
 * @param minGen access tokens of older generations are revoked
 * @param proven whether a request has ever proved that it holds the session
 * @param epoch the user's, when the session was opened; its rights, when tokens were last made under them
 * @param endsAt when the session is over at the latest
 * @param createdAt when it was opened, to the second
 * @param lastSeenAt when a request was last admitted, to the minute
 * @param address of the client that signed in or last rotated
 * @param device of that client: the start of its user agent, at most 60 characters
 */
public record SessionRecord(
        String subject,
        String sid,
        TokenFamily family,
        long issue,
        long minGen,
        boolean proven,
        SessionStore.Epoch epoch,
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
            SessionStore.Epoch epoch,
            Instant now,
            Instant endsAt,
            String address,
            String device) {
        TokenFamily family = new TokenFamily(1, live, now, "", "", "");
        Instant second = now.truncatedTo(ChronoUnit.SECONDS);
        return new SessionRecord(subject, sid, family, 1, 0, false, epoch, endsAt, second, second, address, device);
    }
}
