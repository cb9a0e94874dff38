package com.amplihack.auth.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.http.Client.Answer;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("store")
class LogoutIT {
    @Test
    @Tag("fault-4")
    void afterLogoutAccessAndRefreshTokenAreDead() {
        Session session = Session.ofNewUser();

        Answer answer = session.with(session.client.post("/auth/logout")).send();

        assertEquals(200, answer.status());
        assertEquals("{\"message\":\"Logged out successfully\"}", answer.body());
        assertEquals("token_revoked", session.user().error());
        assertEquals("invalid_refresh_token", session.refreshRequest().send().error());
    }

    @Test
    @Tag("fault-41")
    void cookiesAreClearedWithTheAttributesTheyWereSetWith() {
        Session session = Session.ofNewUser();

        Answer answer = session.with(session.client.post("/auth/logout")).send();

        assertEquals(
                "refresh_token=; Path=/auth; Max-Age=0; Secure; HttpOnly; SameSite=Strict",
                answer.setCookie("refresh_token"));
        assertEquals(
                "session_id=; Path=/; Max-Age=0; Secure; HttpOnly; SameSite=Strict", answer.setCookie("session_id"));
    }

    @Test
    @Tag("fault-13")
    void aUsedAndReplayedTokenMaySignOut() {
        Session session = Session.ofNewUser();
        session.bareUser();
        session.bareUser();

        assertEquals(
                200,
                session.client
                        .post("/auth/logout")
                        .bearer(session.accessToken)
                        .send()
                        .status());
        assertEquals("invalid_refresh_token", session.refreshRequest().send().error());
    }

    @Test
    void aTokenMaySignOutFromAnotherAddress() {
        Session session = Session.ofNewUser();

        assertEquals(
                200,
                new Client()
                        .post("/auth/logout")
                        .bearer(session.accessToken)
                        .send()
                        .status());
        assertEquals("token_revoked", session.user().error());
    }

    @Test
    void anExpiredTokenMaySignOutForSevenDays() {
        Session session = Session.ofNewUser();

        assertEquals("token_expired", logout(session, expiredSince(session, 8)).error());
        assertEquals(200, session.user().status());
        assertEquals(200, logout(session, expiredSince(session, 6)).status());
        assertEquals("token_revoked", session.user().error());
    }

    @Test
    void theRefreshTokenAloneSignsOut() {
        Session session = Session.ofNewUser();

        Answer answer = session.client
                .post("/auth/logout")
                .cookie("refresh_token", session.refreshToken)
                .send();

        assertEquals(200, answer.status());
        assertEquals("token_revoked", session.user().error());
    }

    @Test
    @Tag("fault-18")
    void aForgedTokenEndsNothing() {
        Session session = Session.ofNewUser();
        String forged = Forger.signedByAStranger(session.accessToken, UnaryOperator.identity());

        Answer byAccess = logout(session, forged);
        Answer byRefresh = session.client
                .post("/auth/logout")
                .cookie("refresh_token", "A".repeat(session.refreshToken.length()))
                .send();

        assertEquals("invalid_token", byAccess.error());
        assertEquals("invalid_refresh_token", byRefresh.error());
        assertEquals(200, session.user().status());
    }

    /** Or the browser would send the same rubbish, and be refused, for ever. */
    @Test
    void cookiesOfNoUseAreClearedThoughTheRefusalStays() {
        Client client = new Client();
        for (Answer answer : List.of(
                client.post("/auth/logout").cookie("refresh_token", "x").send(),
                client.post("/auth/logout").cookie("session_id", "x").send(),
                client.post("/auth/logout")
                        .cookie("refresh_token", "x")
                        .bearer("x.y.z")
                        .send())) {
            assertEquals(401, answer.status());
            assertEquals(
                    "refresh_token=; Path=/auth; Max-Age=0; Secure; HttpOnly; SameSite=Strict",
                    answer.setCookie("refresh_token"));
            assertEquals(
                    "session_id=; Path=/; Max-Age=0; Secure; HttpOnly; SameSite=Strict",
                    answer.setCookie("session_id"));
            assertEquals("no-store", answer.header("Cache-Control").orElseThrow());
            assertTrue(answer.header("WWW-Authenticate").isPresent());
        }
    }

    /** As after a change of keys: what still proves the session is enough. */
    @Test
    void aRefreshTokenSignsOutThoughTheAccessTokenBesideItIsNoLongerGood() {
        Session session = Session.ofNewUser();
        String stranger = Forger.signedByAStranger(session.accessToken, UnaryOperator.identity());

        Answer answer = session.client
                .post("/auth/logout")
                .bearer(stranger)
                .cookie("refresh_token", session.refreshToken)
                .send();

        assertEquals(200, answer.status());
        assertEquals("invalid_refresh_token", session.refreshRequest().send().error());
    }

    @Test
    void withoutAnyCredentialThereIsNothingToSignOut() {
        Answer answer = new Client().post("/auth/logout").send();

        assertEquals(401, answer.status());
        assertEquals("missing_token", answer.error());
    }

    @Test
    void logoutAllEndsEverySessionOfTheCallerAndNobodyElses() {
        Session first = Session.ofNewUser();
        Session second = Session.of(first.username);
        Session stranger = Session.ofNewUser();

        Answer answer = first.with(first.client.post("/auth/logout-all")).send();

        assertEquals(2, answer.json().getInt("sessions_ended"));
        assertEquals("token_revoked", first.user().error());
        assertEquals("token_revoked", second.user().error());
        assertEquals("invalid_refresh_token", second.refreshRequest().send().error());
        assertEquals(200, stranger.user().status());
        assertTrue(Session.of(first.username).user().status() == 200, "a new login works");
    }

    @Test
    void logoutAllTakesNoForeignBody() {
        Session session = Session.ofNewUser();

        Answer answer = session.with(session.client.post("/auth/logout-all"))
                .body("text/plain", new byte[100])
                .send();

        assertEquals(415, answer.status());
        assertEquals(200, session.user().status());
    }

    private static Answer logout(Session session, String token) {
        return session.client.post("/auth/logout").bearer(token).send();
    }

    private static String expiredSince(Session session, int days) {
        Instant end = Instant.now().minusSeconds(days * 86_400L);
        return Forger.signedByTheServer(
                session.accessToken, claims -> claims.issueTime(Date.from(end.minusSeconds(900)))
                        .notBeforeTime(Date.from(end.minusSeconds(900)))
                        .expirationTime(Date.from(end)));
    }
}
