package com.amplihack.auth.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.http.Client.Answer;
import jakarta.json.JsonObject;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class RefreshIT {
    @Test
    @Tag("fault-5")
    @Tag("fault-17")
    void refreshRotatesAndKeepsSessionAndRoles() {
        Session session = Session.ofNewUser();
        JsonObject before = session.claims();
        String oldRefresh = session.refreshToken;

        Answer answer = session.refresh();

        assertEquals(200, answer.status());
        assertEquals(
                Set.of("access_token", "token_type", "expires_in"),
                answer.json().keySet());
        assertEquals(List.of("no-store"), answer.headers("Cache-Control"));
        assertNotEquals(oldRefresh, session.refreshToken);
        assertEquals(session.handle, answer.cookieValue("session_id"), "constant over the session");
        JsonObject after = session.claims();
        assertEquals(before.getString("sid"), after.getString("sid"));
        assertEquals(before.getJsonArray("roles"), after.getJsonArray("roles"));
        assertEquals(before.getInt("gen") + 1, after.getInt("gen"));
        assertNotEquals(before.getString("jti"), after.getString("jti"));
        assertEquals(200, session.user().status());
    }

    @Test
    void olderAccessTokensStayGoodAfterARefresh() {
        Session session = Session.ofNewUser();
        String older = session.accessToken;
        session.refresh();

        Answer answer = session.client
                .get("/api/user")
                .bearer(older)
                .cookie("session_id", session.handle)
                .send();

        assertEquals(200, answer.status());
    }

    @Test
    @Tag("fault-15")
    void aReusedRefreshTokenEndsTheSession() {
        Session session = Session.ofNewUser();
        Client.Request stolen = session.refreshRequest();
        session.refresh();

        Answer reuse = stolen.send();

        assertEquals(401, reuse.status());
        assertEquals("refresh_token_reused", reuse.error());
        assertEquals("token_revoked", session.user().error());
        assertEquals("invalid_refresh_token", session.refreshRequest().send().error());
    }

    @Test
    @Tag("fault-16")
    void withoutOrWithAWrongProofNothingRotatesAndNothingEnds() {
        Session session = Session.ofNewUser();

        Answer missing = session.client
                .post("/auth/refresh")
                .cookie("refresh_token", session.refreshToken)
                .send();
        Answer wrong = session.client
                .post("/auth/refresh")
                .header("Cookie", "refresh_token=" + session.refreshToken + "; session_id=" + "A".repeat(43))
                .send();

        assertEquals("binding_mismatch", missing.error());
        assertEquals(
                List.of("Bearer realm=\"amplihack\""), missing.headers("WWW-Authenticate"), "no access token came");
        assertEquals("binding_mismatch", wrong.error());
        assertEquals(200, session.refresh().status());
    }

    @Test
    void refreshHealsABindingToAnotherAddressAndUserAgent() {
        Session session = Session.ofNewUser();
        Client elsewhere = new Client();

        Answer refreshed = elsewhere
                .post("/auth/refresh")
                .header("User-Agent", "Roaming/1.0")
                .header("Cookie", "refresh_token=" + session.refreshToken + "; session_id=" + session.handle)
                .send();
        Answer used = elsewhere
                .get("/api/user")
                .header("User-Agent", "Roaming/1.0")
                .bearer(refreshed.json().getString("access_token"))
                .cookie("session_id", session.handle)
                .send();

        assertEquals(200, used.status());
    }

    @Test
    void aTokenInTheBodyIsAnsweredInTheBody() {
        String username = Session.newUser("user");
        Client client = new Client();
        JsonObject login = client.post("/auth/login")
                .json("{\"username\":\"" + username + "\",\"password\":\"" + Session.PASSWORD
                        + "\",\"delivery\":\"body\"}")
                .send()
                .json();

        Answer answer = client.post("/auth/refresh")
                .header("Session-Handle", login.getString("session_handle"))
                .json("{\"refresh_token\":\"" + login.getString("refresh_token") + "\"}")
                .send();

        assertEquals(200, answer.status());
        assertEquals(List.of(), answer.headers("Set-Cookie"));
        assertEquals(login.getString("session_handle"), answer.json().getString("session_handle"));
        assertNotEquals(login.getString("refresh_token"), answer.json().getString("refresh_token"));
    }

    @Test
    void aTossedCookieOfAnotherSessionHindersNeitherRefreshNorLogout() {
        Session attacker = Session.ofNewUser();
        Session victim = Session.ofNewUser();
        String jar = "refresh_token=" + attacker.refreshToken + "; refresh_token=" + victim.refreshToken
                + "; session_id=" + victim.handle;

        Answer refreshed =
                victim.client.post("/auth/refresh").header("Cookie", jar).send();
        assertEquals(200, refreshed.status());
        assertEquals(
                victim.claims().getString("sid"),
                Session.part(refreshed.json().getString("access_token"), 1).getString("sid"));

        assertEquals(
                200,
                victim.client.post("/auth/logout").header("Cookie", jar).send().status());
        assertEquals("token_revoked", victim.user().error());
    }

    @Test
    void bothPlacesAreOneTooMany() {
        Session session = Session.ofNewUser();

        Answer answer = session.refreshRequest()
                .json("{\"refresh_token\":\"" + session.refreshToken + "\"}")
                .send();

        assertEquals(400, answer.status());
        assertEquals(200, session.refresh().status());
    }

    @Test
    void withoutARefreshTokenTheSpecificationsSentenceIsSaid() {
        Answer answer = new Client().post("/auth/refresh").send();

        assertEquals(401, answer.status());
        assertEquals("refresh_token_required", answer.error());
        assertEquals("Refresh token required", answer.json().getString("title"));
    }

    @Test
    void aForgedRefreshTokenIsInvalidAndTouchesNothing() {
        Session session = Session.ofNewUser();
        char[] forged = session.refreshToken.toCharArray();
        forged[80] = forged[80] == 'A' ? 'B' : 'A';

        Answer answer = session.client
                .post("/auth/refresh")
                .header("Cookie", "refresh_token=" + new String(forged) + "; session_id=" + session.handle)
                .send();

        assertEquals("invalid_refresh_token", answer.error());
        assertEquals(200, session.refresh().status());
    }

    @Test
    @Tag("fault-37")
    void anAccessTokenIsNoRefreshToken() {
        Session session = Session.ofNewUser();

        Answer answer = session.client
                .post("/auth/refresh")
                .header("Cookie", "refresh_token=" + session.accessToken + "; session_id=" + session.handle)
                .send();
        Answer reverse =
                session.client.get("/api/user").bearer(session.refreshToken).send();

        assertEquals("invalid_refresh_token", answer.error());
        assertEquals("invalid_token", reverse.error());
    }

    @Test
    void anAccessTokenOfAnotherSessionMeansThatTheSessionChanged() {
        Session session = Session.ofNewUser();
        Session other = Session.ofNewUser();

        Answer answer = session.refreshRequest().bearer(other.accessToken).send();

        assertEquals(409, answer.status());
        assertEquals("session_changed", answer.error());
        assertEquals(
                200, session.refreshRequest().bearer(session.accessToken).send().status());
    }

    @Test
    @Tag("fault-14")
    void ofTwentyRacingRefreshesAtMostOneSucceeds() {
        Session session = Session.ofNewUser();

        List<Integer> statuses = java.util.stream.IntStream.range(0, 20)
                .parallel()
                .mapToObj(i -> session.refreshRequest().send().status())
                .toList();

        assertTrue(statuses.stream().filter(status -> status == 200).count() <= 1, statuses.toString());
        assertFalse(statuses.contains(500), statuses.toString());
    }

    @Test
    @Tag("fault-26")
    void refreshIsLimitedPerSession() {
        Session session = Session.ofNewUser();
        Answer last = null;
        for (int i = 0; i < 61; i++) {
            last = session.client
                    .post("/auth/refresh")
                    .cookie("refresh_token", session.refreshToken)
                    .send();
        }

        assertEquals(429, last.status());
        assertTrue(last.header("Retry-After").isPresent());
        assertEquals(List.of(), last.headers("Set-Cookie"));
    }
}
