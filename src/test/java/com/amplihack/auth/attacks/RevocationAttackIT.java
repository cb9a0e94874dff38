package com.amplihack.auth.attacks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.http.Client;
import com.amplihack.auth.http.Client.Answer;
import com.amplihack.auth.http.Forger;
import com.amplihack.auth.http.Session;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A login or refresh that races the end of a session, so as to live on; and tokens that end what is not theirs. */
@Tag("store")
class RevocationAttackIT {
    private static final int ROUNDS = 4;

    private final ExecutorService attackers = Executors.newCachedThreadPool();

    @AfterEach
    void stop() {
        attackers.shutdownNow();
    }

    /** The ways in which sessions end. */
    enum End {
        LOGOUT,
        LOGOUT_ALL,
        ONE_SESSION,
        DISABLING,
        PASSWORD_CHANGE,
        PASSWORD_RESET,
        DELETION
    }

    @ParameterizedTest
    @EnumSource(End.class)
    void noRefreshOutrunsTheEnd(End how) throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            Session session = Session.ofNewUser();
            List<Future<Answer>> refreshes = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                refreshes.add(attackers.submit(() -> session.refreshRequest().send()));
            }
            TimeUnit.MILLISECONDS.sleep(5L * round);

            end(session, how);

            assertDead(session, session.refreshToken, session.accessToken);
            for (Future<Answer> refresh : refreshes) {
                Answer answer = refresh.get();
                if (answer.status() == 200) {
                    assertDead(
                            session,
                            answer.cookieValue("refresh_token"),
                            answer.json().getString("access_token"));
                }
            }
        }
    }

    /** With the old password: a login that began before the end must not outlive it, one that begins later is refused. */
    @ParameterizedTest
    @EnumSource(names = {"DISABLING", "PASSWORD_CHANGE", "PASSWORD_RESET", "DELETION"})
    void noLoginOutrunsTheEnd(End how) throws Exception {
        for (int round = 0; round < 2 * ROUNDS; round++) {
            Session session = Session.ofNewUser();
            List<Future<Answer>> logins = new ArrayList<>();
            List<Client> clients = List.of(new Client(), new Client(), new Client());
            for (Client client : clients) {
                logins.add(attackers.submit(() -> Session.login(client, session.username, Session.PASSWORD)
                        .send()));
            }
            TimeUnit.MILLISECONDS.sleep(round); // a login takes some milliseconds on the shared server

            end(session, how);

            for (int i = 0; i < clients.size(); i++) {
                Answer answer = logins.get(i).get();
                if (answer.status() == 200) {
                    Answer used = clients.get(i)
                            .get("/api/user")
                            .bearer(answer.json().getString("access_token"))
                            .cookie("session_id", answer.cookieValue("session_id"))
                            .send();
                    assertEquals(401, used.status(), used::body);
                }
            }
        }
    }

    /** Older access tokens die with the role, and the refresh goes on with the new ones. */
    @Test
    void noRefreshKeepsARoleThatIsTakenAway() throws Exception {
        Session admin = Session.admin();
        for (int round = 0; round < ROUNDS; round++) {
            Session session = Session.withPermission("chat:write");
            Future<Answer> refresh =
                    attackers.submit(() -> session.refreshRequest().send());
            TimeUnit.MILLISECONDS.sleep(5L * round);

            assertEquals(200, patch(admin, session, "{\"permissions\":[]}"));

            assertEquals("token_revoked", session.user().error());
            Answer racing = refresh.get();
            assertEquals(200, racing.status());
            Answer used = session.client
                    .get("/api/user")
                    .bearer(racing.json().getString("access_token"))
                    .cookie("session_id", session.handle)
                    .send();
            assertTrue(used.status() == 401 || !used.body().contains("chat:write"), used::body);
            session.take(racing);
            Session.graceEnds();
            assertEquals(200, session.refresh().status());
            assertEquals(200, session.user().status());
        }
    }

    @Test
    @Tag("fault-18")
    void aForgedOrUnverifiedTokenEndsNothing() {
        Session session = Session.ofNewUser();
        String stranger = Forger.signedByAStranger(session.accessToken, UnaryOperator.identity());
        String none = Forger.base64url("{\"alg\":\"none\",\"typ\":\"JWT\"}")
                + session.accessToken.substring(session.accessToken.indexOf('.'), session.accessToken.lastIndexOf('.'))
                + '.';
        for (String forged : List.of(stranger, none, session.refreshToken, "x")) {
            for (String path : List.of("/auth/logout", "/auth/logout-all")) {
                assertEquals(
                        401, session.client.post(path).bearer(forged).send().status());
            }
            String one = "/auth/sessions/" + session.claims().getString("sid");
            assertEquals(
                    401,
                    session.client.request("DELETE", one).bearer(forged).send().status());
        }
        assertEquals(200, session.user().status());
        assertEquals(200, session.refresh().status());
    }

    private static void assertDead(Session session, String refreshToken, String accessToken) {
        Answer refresh = session.client
                .post("/auth/refresh")
                .header("Cookie", "session_id=" + session.handle + "; refresh_token=" + refreshToken)
                .send();
        assertEquals(401, refresh.status(), refresh::body);
        Answer use = session.client
                .get("/api/user")
                .bearer(accessToken)
                .cookie("session_id", session.handle)
                .send();
        assertEquals("token_revoked", use.error());
    }

    private static void end(Session session, End how) {
        Session admin = Session.admin();
        int status =
                switch (how) {
                    case LOGOUT ->
                        session.with(session.client.post("/auth/logout")).send().status();
                    case LOGOUT_ALL ->
                        session.with(session.client.post("/auth/logout-all"))
                                .send()
                                .status();
                    case ONE_SESSION ->
                        session.with(session.client.request(
                                        "DELETE",
                                        "/auth/sessions/" + session.claims().getString("sid")))
                                .send()
                                .status();
                    case DISABLING -> patch(admin, session, "{\"enabled\":false}");
                    case PASSWORD_RESET -> patch(admin, session, "{\"password\":\"another unheard-of sentence\"}");
                    case PASSWORD_CHANGE ->
                        session.with(session.client.post("/auth/password"))
                                .json("{\"current_password\":\"" + Session.PASSWORD
                                        + "\",\"new_password\":\"another unheard-of sentence\"}")
                                .send()
                                .status();
                    case DELETION ->
                        admin.with(admin.client.request("DELETE", account(session)))
                                .send()
                                .status();
                };
        assertTrue(status == 200 || status == 204, how + ": " + status);
    }

    private static int patch(Session admin, Session session, String json) {
        return admin.with(admin.client.request("PATCH", account(session)))
                .json(json)
                .send()
                .status();
    }

    private static String account(Session session) {
        return "/admin/api/users/" + session.claims().getString("sub");
    }
}
