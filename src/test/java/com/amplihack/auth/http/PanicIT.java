package com.amplihack.auth.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.http.Client.Answer;
import com.amplihack.auth.store.TestRedis;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * {@code POST /admin/api/revoke-all} on a server of its own, since it signs everybody out; and the limit of a user's
 * sessions, which is low there.
 */
@Tag("store")
class PanicIT {
    private static final int MAX_SESSIONS = 6;

    private static final int ROUNDS = 4;

    private static TestRedis redis;
    private static ServerProcess server;

    @BeforeAll
    static void start() throws IOException {
        redis = TestRedis.start();
        Map<String, String> properties = new HashMap<>(redis.properties());
        properties.putAll(Map.of(
                "mp.config.profile",
                "dev",
                "auth.home",
                ServerProcess.freshDirectory("panic").toString(),
                "auth.store",
                SharedServer.STORE,
                "auth.session.max.per.user",
                Integer.toString(MAX_SESSIONS),
                "jwt.key.size",
                "2048"));
        server = ServerProcess.start(ServerProcess.freePort(), properties, Map.of())
                .ready();
    }

    @AfterAll
    static void stop() throws IOException {
        server.close();
        redis.close();
    }

    @Test
    void everySessionOfEverybodyIsOverAtOnce() {
        Session admin = admin();
        Session eva = user(admin, "eva");
        Session bob = user(admin, "bob");
        assertEquals(
                "insufficient_permissions",
                bob.with(bob.client.post("/admin/api/revoke-all")).send().error());
        assertEquals(200, eva.user().status());

        Answer answer = panic(admin);

        assertEquals(200, answer.status());
        for (Session session : List.of(admin, eva, bob)) {
            assertEquals("token_revoked", session.user().error());
            assertEquals(
                    "invalid_refresh_token", session.refreshRequest().send().error());
        }
        assertEquals(200, Session.of(server, "eva", Session.PASSWORD).user().status(), "signing in anew works");
        assertTrue(server.output().contains("\"action\":\"revoke_all\""));
        assertTrue(server.output().contains("\"severity\":\"critical\""));
    }

    /** Whatever a refresh is answered with while the button is pressed, nothing of it is good afterwards. */
    @Test
    void noRefreshOutrunsTheButton() throws Exception {
        ExecutorService attackers = Executors.newCachedThreadPool();
        try {
            for (int round = 0; round < ROUNDS; round++) {
                Session admin = admin();
                Session ada = user(admin, "ada" + round);
                List<Future<Answer>> refreshes = new ArrayList<>();
                for (int i = 0; i < 4; i++) {
                    refreshes.add(attackers.submit(() -> ada.refreshRequest().send()));
                }
                TimeUnit.MILLISECONDS.sleep(5L * round);

                assertEquals(200, panic(admin).status());

                assertDead(ada);
                for (Future<Answer> refresh : refreshes) {
                    if (refresh.get().status() == 200) {
                        ada.take(refresh.get());
                        assertDead(ada);
                    }
                }
            }
        } finally {
            attackers.shutdownNow();
        }
    }

    @Test
    void theOldestSessionEndsForTheNewestAndTheAuditLogSaysSo() {
        List<Session> sessions = new ArrayList<>();
        sessions.add(user(admin(), "grace"));
        while (sessions.size() < MAX_SESSIONS) {
            sessions.add(Session.of(server, "grace", Session.PASSWORD));
        }
        assertEquals(200, sessions.get(0).user().status());

        Session newest = Session.of(server, "grace", Session.PASSWORD);

        assertDead(sessions.get(0));
        sessions.stream()
                .skip(1)
                .forEach(session -> assertEquals(200, session.user().status()));
        Answer listed = newest.with(newest.client.get("/auth/sessions")).send();
        assertEquals(MAX_SESSIONS, listed.json().getJsonArray("items").size());
        assertTrue(server.output().contains("\"reason\":\"too_many_sessions\""), "in the audit log");
    }

    @Test
    void signingInAnewInOneBrowserEndsNobodyElsesSession() {
        List<Session> sessions = new ArrayList<>();
        sessions.add(user(admin(), "henry"));
        while (sessions.size() < MAX_SESSIONS) {
            sessions.add(Session.of(server, "henry", Session.PASSWORD));
        }
        Session before = sessions.remove(MAX_SESSIONS - 1);

        assertEquals(
                200,
                Session.login(before.client, "henry", Session.PASSWORD)
                        .header("Cookie", "session_id=" + before.handle + "; refresh_token=" + before.refreshToken)
                        .send()
                        .status());

        assertDead(before);
        sessions.forEach(session -> assertEquals(200, session.user().status()));
    }

    private static void assertDead(Session session) {
        assertEquals("token_revoked", session.user().error());
        assertEquals("invalid_refresh_token", session.refreshRequest().send().error());
    }

    private static Answer panic(Session admin) {
        return admin.with(admin.client.post("/admin/api/revoke-all")).send();
    }

    private static Session admin() {
        return Session.of(server, "admin", server.firstPassword());
    }

    private static Session user(Session admin, String name) {
        Session.make(admin, name, "user");
        return Session.of(server, name, Session.PASSWORD);
    }
}
