package com.amplihack.auth.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.amplihack.auth.http.Client.Answer;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import org.junit.jupiter.api.Test;

/**
 * A token whose verification is remembered is asked everything else at every use. That it is not good twice without
 * proof, and dead when rights change, {@link ApiIT} and {@link AccountsAdminIT} show.
 */
class CachedTokenIT {
    private static final Duration SKEW = Duration.ofSeconds(5); // jwt.clock.skew.seconds

    @Test
    void itIsDeadAfterTheLogout() {
        Session session = used();
        assertEquals(
                200, session.with(session.client.post("/auth/logout")).send().status());

        assertRefused("token_revoked", session.user());
    }

    @Test
    void itIsRefusedFromAnotherAddressOrBrowser() {
        Session session = used();

        assertRefused(
                "binding_mismatch", session.with(new Client().get("/api/user")).send());
        assertRefused(
                "binding_mismatch",
                session.with(session.client.get("/api/user"))
                        .header("User-Agent", "Other/2.0")
                        .send());
        assertEquals(200, session.user().status());
    }

    @Test
    void itIsRefusedWithAnotherSessionsProof() {
        Session session = used();
        Session other = used();

        Answer answer = session.client
                .get("/api/user")
                .bearer(session.accessToken)
                .cookie("session_id", other.handle)
                .send();

        assertRefused("binding_mismatch", answer);
    }

    @Test
    void itTakesFromTheQuota() {
        Session session = Session.ofNewUser();
        for (int i = 0; i < 100; i++) {
            assertEquals(200, session.user().status());
        }

        Answer answer = session.user();

        assertEquals(429, answer.status());
        assertEquals("rate_limited", answer.error());
    }

    @Test
    void itExpires() throws InterruptedException {
        Session session = Session.ofNewUser();
        Instant expiry = Instant.now().plusSeconds(2);
        session.accessToken =
                Forger.signedByTheServer(session.accessToken, claims -> claims.expirationTime(Date.from(expiry)));
        assertEquals(200, session.user().status());
        assertEquals(200, session.user().status());

        Thread.sleep(Duration.between(Instant.now(), expiry.plus(SKEW)).toMillis() + 50);

        assertRefused("token_expired", session.user());
    }

    @Test
    void itDoesNotBecomeValidByBeingTriedTooEarly() {
        Session session = Session.ofNewUser();
        session.accessToken = Forger.signedByTheServer(
                session.accessToken,
                claims -> claims.notBeforeTime(Date.from(Instant.now().plusSeconds(600))));

        assertRefused("invalid_token", session.user()); // MP-JWT knows no nbf: this one is remembered as verified
        assertRefused("invalid_token", session.user());
    }

    @Test
    void itsTamperedTwinIsRefused() {
        Session session = used();
        String genuine = session.accessToken;
        int payload = genuine.indexOf('.') + 1;
        int signature = genuine.lastIndexOf('.') + 1;

        for (int place : new int[] {0, payload, payload + 100, signature - 2, signature, genuine.length() - 1}) {
            session.accessToken = withAnotherCharacterAt(place, genuine);
            assertRefused("invalid_token", session.user());
            assertRefused("invalid_token", session.user());
        }
        for (String longer : new String[] {genuine + "A", genuine + "=", genuine + ".", "A" + genuine}) {
            session.accessToken = longer;
            assertRefused("invalid_token", session.user());
        }
        session.accessToken = genuine;
        assertEquals(200, session.user().status());
    }

    private static Session used() {
        Session session = Session.ofNewUser();
        assertEquals(200, session.user().status());
        return session;
    }

    private static String withAnotherCharacterAt(int place, String text) {
        char other = text.charAt(place) == 'B' ? 'C' : 'B';
        return text.substring(0, place) + other + text.substring(place + 1);
    }

    private static void assertRefused(String error, Answer answer) {
        assertEquals(401, answer.status(), answer.body());
        assertEquals(error, answer.error());
    }
}
