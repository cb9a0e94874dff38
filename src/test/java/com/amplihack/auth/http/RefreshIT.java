package com.amplihack.auth.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.http.Client.Answer;
import jakarta.json.JsonObject;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("store")
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
        Session.graceEnds();

        Answer reuse = stolen.send();

        assertEquals(401, reuse.status());
        assertEquals("refresh_token_reused", reuse.error());
        assertEquals("token_revoked", session.user().error());
        assertEquals("invalid_refresh_token", session.refreshRequest().send().error());
    }

    @Test
    void howeverOldAReusedRefreshTokenEndsTheSession() {
        Session session = Session.ofNewUser();
        Client.Request stolen = session.refreshRequest();
        session.refresh();
        Session.graceEnds();
        session.refresh();

        assertEquals("refresh_token_reused", stolen.send().error());
        assertEquals("token_revoked", session.user().error());
    }

    @Test
    void aLostAnswerIsGivenAgainToTheSameRequestHoweverLate() {
        Session session = Session.ofNewUser();
        Answer lost = named(session, "k1").send();
        Session.graceEnds();

        Answer again = named(session, "k1").send();

        assertEquals(200, again.status());
        assertEquals(lost.cookieValue("refresh_token"), again.cookieValue("refresh_token"));
        assertNotEquals(lost.json().getString("access_token"), again.json().getString("access_token"));
        session.take(again);
        assertEquals(200, session.user().status());
        assertEquals(200, session.refresh().status());
    }

    @Test
    void aLateDuplicateIsSupersededAndEndsNothing() {
        Session session = Session.ofNewUser();
        Client.Request duplicate = named(session, "k1");
        session.take(named(session, "k1").send());
        Session.graceEnds();
        session.take(named(session, "k2").send());
        Session.graceEnds();

        Answer late = duplicate.send();

        assertEquals(409, late.status());
        assertEquals("refresh_superseded", late.error());
        assertEquals(List.of(), late.headers("Set-Cookie"));
        assertEquals(200, session.user().status());
        assertEquals(200, session.refresh().status());
    }

    /** Its answer was its own token (rule 2a), so its duplicate must not pass for a theft later. */
    @Test
    void aLateDuplicateOfARequestThatRotatedNothingIsSupersededToo() {
        Session session = Session.ofNewUser();
        session.take(named(session, "k1").send());
        Client.Request duplicate = named(session, "k2");
        session.take(named(session, "k2").send());
        Session.graceEnds();
        session.take(named(session, "k3").send());
        Session.graceEnds();
        assertEquals(session.refreshToken, duplicate.send().cookieValue("refresh_token"));
        session.take(named(session, "k4").send());

        assertEquals("refresh_superseded", duplicate.send().error());
        assertEquals(200, session.user().status());
    }

    /** A storm found this: the duplicate rotated behind its client, whose next refresh then looked like a theft. */
    @Test
    void aLateDuplicateOfARequestThatRotatedNothingRotatesNothing() {
        Session session = Session.ofNewUser();
        session.take(named(session, "k1").send());
        Client.Request duplicate = named(session, "k2");
        session.take(duplicate.send());
        Session.graceEnds();

        assertEquals(session.refreshToken, duplicate.send().cookieValue("refresh_token"));
        Session.graceEnds();

        assertEquals(200, session.refresh().status());
    }

    @Test
    void aKeyNamesARequestForOneToken() {
        Session session = Session.ofNewUser();
        session.take(named(session, "always the same").send());
        String first = session.refreshToken;
        Session.graceEnds();

        session.take(named(session, "always the same").send());

        assertNotEquals(first, session.refreshToken);
    }

    @Test
    void aRefreshThatFollowsAtOnceIsAnsweredWithItsOwnToken() {
        Session session = Session.ofNewUser();
        session.refresh();
        String young = session.refreshToken;

        Answer answer = session.refresh();

        assertEquals(200, answer.status());
        assertEquals(young, session.refreshToken);
        assertEquals(2, session.claims().getInt("gen"));
        Session.graceEnds();
        session.refresh();
        assertNotEquals(young, session.refreshToken);
        assertEquals(3, session.claims().getInt("gen"));
    }

    @Test
    void changedRolesAreInForceAtOnceEvenWhenNothingRotates() {
        Session session = Session.ofNewUser();
        session.refresh();
        String older = session.accessToken;
        Session admin = Session.admin();
        String user = session.claims().getString("sub");
        admin.with(admin.client.request("PATCH", "/admin/api/users/" + user))
                .body("application/merge-patch+json", "{\"permissions\":[\"chat:write\"]}".getBytes(UTF_8))
                .send();
        assertEquals("token_revoked", session.user().error());

        Answer young = session.refresh();

        assertEquals(200, young.status());
        assertEquals(200, session.user().status(), "the answer of rule 2a is no dead token");
        assertEquals("chat:write", session.claims().getJsonArray("permissions").getString(0));
        session.accessToken = older;
        assertEquals("token_revoked", session.user().error());
    }

    @Test
    void aRefreshTellsWhatIsLeftOfItsQuota() {
        Answer answer = Session.ofNewUser().refresh();

        assertEquals(List.of("\"refresh\";q=60;w=60"), answer.headers("RateLimit-Policy"));
        assertTrue(answer.header("RateLimit").orElseThrow().startsWith("\"refresh\";r=59;t="));
    }

    @Test
    void anOversizedIdempotencyKeyIsRefused() {
        Answer answer = named(Session.ofNewUser(), "k".repeat(257)).send();

        assertEquals(400, answer.status());
        assertTrue(answer.json().getString("detail").startsWith("Idempotency-Key"));
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
    @Tag("fault-14")
    void twentyTabsThatRaceGetOneSuccessorAndNobodyIsSignedOut() {
        Session session;
        List<Answer> answers;
        int races = 0;
        Instant start;
        do { // again where a busy machine took longer than the grace
            session = Session.ofNewUser();
            start = Instant.now();
            answers = Stream.generate(session::refreshRequest)
                    .limit(20)
                    .parallel()
                    .map(Client.Request::send)
                    .toList();
        } while (start.plus(SharedServer.REFRESH_GRACE).isBefore(Instant.now()) && ++races < 10);

        answers.forEach(answer -> assertEquals(200, answer.status(), answer.body()));
        Set<String> successors = answers.stream()
                .map(answer -> answer.cookieValue("refresh_token"))
                .collect(Collectors.toSet());
        assertEquals(1, successors.size());
        for (Answer answer : answers) {
            session.take(answer);
            assertEquals(200, session.user().status());
        }
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

    private static Client.Request named(Session session, String key) {
        return session.refreshRequest().header("Idempotency-Key", key);
    }
}
