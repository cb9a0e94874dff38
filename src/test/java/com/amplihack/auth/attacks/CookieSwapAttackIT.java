package com.amplihack.auth.attacks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.http.Client;
import com.amplihack.auth.http.Client.Answer;
import com.amplihack.auth.http.Session;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The cookies, handles and tokens of two users, mixed. */
class CookieSwapAttackIT {
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
    void aTokenWithAnothersSessionIsAMismatch() {
        Session one = Session.ofNewUser();
        Session two = Session.ofNewUser();
        for (String name : List.of("cookie", "header")) {
            Client.Request request = one.client.get("/api/user").bearer(one.accessToken);
            Answer answer = (name.equals("cookie")
                            ? request.cookie("session_id", two.handle)
                            : request.header("Session-Handle", two.handle))
                    .send();
            assertEquals("binding_mismatch", answer.error(), name);
        }
        assertEquals(200, one.user().status());
        assertEquals(200, two.user().status());
    }

    @Test
    void aTokenWithTheSessionOfTheSameUsersOtherDeviceIsAMismatch() {
        Session one = Session.ofNewUser();
        Session two = Session.of(one.username);
        Answer answer = one.client
                .get("/api/user")
                .bearer(one.accessToken)
                .cookie("session_id", two.handle)
                .send();
        assertEquals("binding_mismatch", answer.error());
    }

    @Test
    void aRefreshTokenWithAnothersSessionRotatesNothing() {
        Session one = Session.ofNewUser();
        Session two = Session.ofNewUser();
        Answer answer = one.client
                .post("/auth/refresh")
                .header("Cookie", "refresh_token=" + one.refreshToken + "; session_id=" + two.handle)
                .send();
        assertEquals(401, answer.status());
        assertEquals(List.of(), answer.headers("Set-Cookie"));
        assertEquals(200, one.refresh().status());
        assertEquals(200, two.refresh().status());
    }

    @Test
    void theRefreshTokensOfTwoAreNotMixed() {
        Session one = Session.ofNewUser();
        Session two = Session.ofNewUser();
        String mixed = one.refreshToken.substring(0, 60) + two.refreshToken.substring(60);
        Answer answer = one.client
                .post("/auth/refresh")
                .header("Cookie", "refresh_token=" + mixed + "; session_id=" + one.handle)
                .send();
        assertEquals("invalid_refresh_token", answer.error());
        assertEquals(200, one.refresh().status());
        assertEquals(200, two.refresh().status());
    }

    @Test
    void signingOutWithMixedCredentialsEndsNobodyElsesSession() {
        Session one = Session.ofNewUser();
        Session two = Session.ofNewUser();
        one.client
                .post("/auth/logout")
                .bearer(one.accessToken)
                .cookie("session_id", two.handle)
                .send();
        assertEquals(200, two.user().status());
    }

    @Test
    void theSessionsOfAnotherAreNotListedNorEnded() {
        Session one = Session.ofNewUser();
        Session two = Session.ofNewUser();
        assertEquals(
                404,
                one.with(one.client.request(
                                "DELETE", "/auth/sessions/" + two.claims().getString("sid")))
                        .send()
                        .status());
        assertTrue(!one.with(one.client.get("/auth/sessions"))
                .send()
                .body()
                .contains(two.claims().getString("sid")));
        assertEquals(200, two.user().status());
    }
}
