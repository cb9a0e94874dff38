package com.amplihack.auth.attacks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import com.amplihack.auth.http.Client;
import com.amplihack.auth.http.Client.Answer;
import com.amplihack.auth.http.Session;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The attacker chooses or keeps the session that the victim is in: fixation, cookies tossed by a neighbouring site. */
@Tag("store")
class FixationAttackIT {
    @Test
    void eachLoginOpensANewSessionAndEndsTheOneWhoseCookiesCame() {
        Session first = Session.ofNewUser();
        Answer second = Session.login(first.client, first.username, Session.PASSWORD)
                .header("Cookie", "session_id=" + first.handle + "; refresh_token=" + first.refreshToken)
                .send();

        assertEquals(200, second.status());
        assertNotEquals(first.handle, second.cookieValue("session_id"));
        assertEquals("token_revoked", first.user().error());
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
    void aSessionThatTheAttackerPlantedIsNotAdopted() {
        Session attacker = Session.ofNewUser();
        String username = Session.newUser("user");
        Client victim = new Client();
        Answer login = Session.login(victim, username, Session.PASSWORD)
                .header("Cookie", "session_id=" + attacker.handle)
                .send();
        assertEquals(200, login.status());
        assertNotEquals(attacker.handle, login.cookieValue("session_id"));
        assertNotEquals(
                attacker.claims().getString("sid"),
                Session.part(login.json().getString("access_token"), 1).getString("sid"));
        assertEquals(200, attacker.user().status(), "nor is it the victim's to end without its refresh token");
    }

    @Test
    void aHandleThatTheAttackerMadeUpIsNotAdopted() {
        String planted = "A".repeat(43);
        Answer login = Session.login(new Client(), Session.newUser("user"), Session.PASSWORD)
                .header("Cookie", "session_id=" + planted + "; __Host-session_id=" + planted)
                .header("Session-Handle", planted)
                .send();
        assertNotEquals(planted, login.cookieValue("session_id"));
    }

    @Test
    void aRefreshTokenOfTheAttackerDoesNotSignTheVictimInAsTheAttacker() {
        Session attacker = Session.ofNewUser();
        Session victim = Session.ofNewUser();
        Answer answer = victim.client
                .post("/auth/refresh")
                .header("Cookie", "refresh_token=" + attacker.refreshToken + "; session_id=" + victim.handle)
                .send();
        assertEquals(401, answer.status(), answer::body);
        assertEquals(List.of(), answer.headers("Set-Cookie"));
        assertEquals(200, attacker.refresh().status());
        assertEquals(200, victim.refresh().status());
    }
}
