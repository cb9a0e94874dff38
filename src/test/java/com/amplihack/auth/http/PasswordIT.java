package com.amplihack.auth.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.http.Client.Answer;
import jakarta.json.Json;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** {@code POST /auth/password}. */
class PasswordIT {
    private static final String FRESH = "another horse, another battery";

    @Test
    void aNewPasswordEndsEverySessionTheCallersTooAndOpensANewOne() {
        Session here = Session.ofNewUser();
        Session there = Session.of(here.username);

        Answer answer = change(here, Session.PASSWORD, FRESH);

        assertEquals(200, answer.status());
        assertEquals(
                Set.of("access_token", "token_type", "expires_in"),
                answer.json().keySet());
        assertEquals("token_revoked", here.user().error());
        assertEquals("invalid_refresh_token", here.refreshRequest().send().error());
        assertEquals("token_revoked", there.user().error());
        assertEquals("invalid_refresh_token", there.refreshRequest().send().error());
        Answer used = here.client
                .get("/api/user")
                .bearer(answer.json().getString("access_token"))
                .cookie("session_id", answer.cookieValue("session_id"))
                .send();
        assertEquals(200, used.status());
        assertTrue(answer.cookieValue("refresh_token").length() > 100);

        Client elsewhere = new Client();
        assertEquals(
                "invalid_credentials",
                Session.login(elsewhere, here.username, Session.PASSWORD).send().error());
        assertEquals(200, Session.login(elsewhere, here.username, FRESH).send().status());
    }

    @Test
    void withoutCookiesTheNewSessionComesInTheBody() {
        Session here = Session.ofNewUser();

        Answer answer = here.with(here.client.post("/auth/password"))
                .json(Json.createObjectBuilder()
                        .add("current_password", Session.PASSWORD)
                        .add("new_password", FRESH)
                        .add("delivery", "body")
                        .build()
                        .toString())
                .send();

        assertEquals(200, answer.status());
        assertEquals(List.of(), answer.headers("Set-Cookie"));
        assertTrue(answer.json().containsKey("refresh_token"));
        assertTrue(answer.json().containsKey("session_handle"));
    }

    @Test
    void nobodyReturnsToAFormerPassword() {
        Session here = Session.ofNewUser();
        assertEquals(200, change(here, Session.PASSWORD, FRESH).status());
        Session again = Session.of(new Client(), here.username, FRESH);

        for (String former : List.of(Session.PASSWORD, FRESH)) {
            Answer refused = change(again, FRESH, former);
            assertEquals(400, refused.status());
            assertEquals("weak_password", refused.error());
        }
        assertEquals(200, again.user().status(), "nothing was changed");
        assertEquals(
                401, change(again, "not my password at all", Session.PASSWORD).status(), "for its owner's eyes");
    }

    @Test
    void aWrongCurrentPasswordChangesNothing() {
        Session here = Session.ofNewUser();

        Answer answer = change(here, "not my password at all", FRESH);

        assertEquals(401, answer.status());
        assertEquals("invalid_credentials", answer.error());
        assertEquals(200, here.user().status());
    }

    @Test
    void guessingTheCurrentPasswordIsLimited() {
        Session here = Session.ofNewUser();
        Answer last = null;
        for (int i = 0; i < 6; i++) { // the session has five for itself
            last = change(here, "not my password at all", FRESH);
        }

        assertEquals("rate_limited", last.error());
        assertTrue(last.header("Retry-After").isPresent());
    }

    @Test
    void aWeakNewPasswordIsToldApartAndCostsNoAttempt() {
        Session here = Session.ofNewUser();
        for (int i = 0; i < 6; i++) {
            Answer answer = change(here, Session.PASSWORD, i % 2 == 0 ? "too short" : "passwordpassword");
            assertEquals(400, answer.status());
            assertEquals("weak_password", answer.error());
            assertTrue(answer.json().getString("detail").startsWith("new_password: "));
        }
        assertEquals(
                "weak_password", change(here, Session.PASSWORD, here.username).error());
        assertEquals(
                "weak_password",
                change(here, Session.PASSWORD, Session.PASSWORD).error(),
                "the current one");

        assertEquals(200, change(here, Session.PASSWORD, FRESH).status());
    }

    @Test
    void ofTwoRacingChangesOneWins() {
        Session here = Session.ofNewUser();

        List<Answer> answers = IntStream.range(0, 3)
                .parallel()
                .mapToObj(i -> change(here, Session.PASSWORD, FRESH + i))
                .toList();

        long won = answers.stream().filter(answer -> answer.status() == 200).count();
        assertTrue(won <= 1, answers.toString());
        answers.forEach(answer -> assertTrue(Set.of(200, 401).contains(answer.status()), answer.toString()));
    }

    @Test
    void itNeedsAnAdmittedTokenAndBothPasswords() {
        Session here = Session.ofNewUser();

        assertEquals("missing_token", here.client.post("/auth/password").send().error());
        Answer missing = here.with(here.client.post("/auth/password"))
                .json("{\"current_password\":\"" + Session.PASSWORD + "\"}")
                .send();
        assertEquals("invalid_request", missing.error());
        assertTrue(missing.json().getString("detail").startsWith("new_password"));
    }

    @Test
    void itIsAuditedWithoutThePasswords() {
        Session here = Session.ofNewUser();
        change(here, Session.PASSWORD, "only in this one test, a horse");

        String log = SharedServer.get().output();
        assertTrue(log.contains("\"event\":\"PASSWORD_CHANGED\""));
        assertTrue(!log.contains("only in this one test"));
    }

    private static Answer change(Session session, String current, String fresh) {
        return session.with(session.client.post("/auth/password"))
                .json(Json.createObjectBuilder()
                        .add("current_password", current)
                        .add("new_password", fresh)
                        .build()
                        .toString())
                .send();
    }
}
