package com.amplihack.auth.store;

import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * One session as the store holds it, without any usable token (docs/refresh-protocol.md).
 *
 * @param family its refresh tokens
 * @param issue the claim {@code gen} of the access tokens that are issued now: grows at each rotation, and when a
 *     refresh that rotates nothing issues tokens with changed rights
 * @param minGen access tokens with a lower {@code gen} are revoked
 * @param proven whether any request has proved that it holds the session's secret
 * @param epoch {@code ended} as of the opening of the session, {@code rights} as of the tokens issued last
 * @param endsAt when the session ends at the latest
 * @param createdAt when it was opened, to the second
 * @param lastSeenAt when a request was last admitted, to the minute
 * @param address of the client that signed in or last rotated
 * @param device of that client: the start of its user agent, at most 60 characters
 * @param signIn when and how its user was authenticated last
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
        String device,
        SignInFacts signIn) {
    /** A new session, signed in by password: generation 1, not rotated, not proven. */
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
        return new SessionRecord(
                subject,
                sid,
                family,
                1,
                0,
                false,
                epoch,
                endsAt,
                second,
                second,
                address,
                device,
                SignInFacts.password(second));
    }

    /** The same session with another sign-in. */
    public SessionRecord with(SignInFacts facts) {
        return new SessionRecord(
                subject,
                sid,
                family,
                issue,
                minGen,
                proven,
                epoch,
                endsAt,
                createdAt,
                lastSeenAt,
                address,
                device,
                facts);
    }
}
