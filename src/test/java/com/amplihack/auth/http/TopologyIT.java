package com.amplihack.auth.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.http.Client.Answer;
import com.amplihack.auth.store.Ending;
import com.amplihack.auth.store.TestCluster;
import com.amplihack.auth.store.TestSentinels;
import com.amplihack.auth.store.TestTlsRedis;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * A session's life, the limits, and what a failover or a moving slot leaves of confirmed sign-outs, on each kind of Redis
 * and with a server of its own; {@code SecurityStoreContract} tells the rest.
 */
@Tag("one-store")
@Tag("fault-22")
@Tag("full")
class TopologyIT {
    private static final int SESSIONS = 80;
    private static final int API_LIMIT = 200;
    private static final int LOGIN_LIMIT = 3;

    @Test
    void behindSentinels() throws Exception {
        try (TestSentinels redis = new TestSentinels();
                ServerProcess server = start(redis.properties())) {
            aSessionLivesAndEnds(server);
            theLimitsHold(server);

            SignOuts signOuts = new SignOuts(server);
            try (Bystanders bystanders = new Bystanders(server);
                    Ending ending = signOuts.begin()) {
                ending.outlivesAFailover(redis.primary(), redis.replica());
                signOuts.assertFinal(ending.confirmed());
                bystanders.assertKept();
            }
        }
    }

    @Test
    void inACluster() throws Exception {
        try (TestCluster redis = new TestCluster();
                ServerProcess server = start(redis.properties())) {
            aSessionLivesAndEnds(server);
            theLimitsHold(server);

            SignOuts moved = new SignOuts(server);
            SignOuts failedOver = new SignOuts(server);
            try (Bystanders bystanders = new Bystanders(server)) {
                try (Ending ending = moved.begin()) {
                    ending.outlivesAMove(redis, moved.slot());
                    moved.assertFinal(ending.confirmed());
                }
                try (Ending ending = failedOver.begin()) {
                    int owner = redis.primaryOf(failedOver.slot());
                    ending.outlivesAFailover(redis.primary(owner), redis.replica(owner));
                    failedOver.assertFinal(ending.confirmed());
                }
                bystanders.assertKept();
            }
        }
    }

    @Test
    void byTls() throws Exception {
        try (TestTlsRedis redis = new TestTlsRedis()) {
            Map<String, String> properties = new HashMap<>(redis.properties());
            properties.put("javax.net.ssl.trustStore", redis.trustStore().toString());
            properties.put("javax.net.ssl.trustStorePassword", redis.trustStorePassword());
            try (ServerProcess server = start(properties)) {
                aSessionLivesAndEnds(server);
                theLimitsHold(server);
            }
        }
    }

    private static ServerProcess start(Map<String, String> redis) {
        Map<String, String> properties = new HashMap<>(redis);
        properties.putAll(Map.of(
                "mp.config.profile", "dev",
                "auth.home", ServerProcess.freshDirectory("topology").toString(),
                "auth.store", "redis",
                "auth.api.limit", Integer.toString(API_LIMIT),
                "auth.api.window.seconds", "10",
                "auth.login.limit", Integer.toString(LOGIN_LIMIT),
                "jwt.key.size", "2048"));
        return ServerProcess.start(ServerProcess.freePort(), properties, Map.of())
                .ready();
    }

    private static Session admin(ServerProcess server) {
        return Session.of(server, "admin", server.firstPassword());
    }

    private static void aSessionLivesAndEnds(ServerProcess server) {
        Session session = admin(server);
        assertEquals(200, session.user().status());
        assertEquals(200, session.refresh().status());
        assertEquals(200, session.user().status());
        Session other = admin(server);
        assertEquals(
                200, other.with(other.client.post("/auth/logout-all")).send().status());
        assertEquals("token_revoked", session.user().error());
        assertEquals("invalid_refresh_token", session.refresh().error());

        Answer ready = session.client.get("/health/ready").send();
        assertEquals(200, ready.status(), ready.body());
        Answer metrics = session.client.get("/metrics").send();
        assertTrue(metrics.body().contains("jwt_sessions_active{mp_scope=\"application\"} 0"), metrics.body());
    }

    private static void theLimitsHold(ServerProcess server) {
        Session maker = admin(server);
        String username = Session.newUser(maker, "user");
        Session limited = Session.of(server, username, Session.PASSWORD);
        for (int i = 0; i < API_LIMIT; i++) {
            assertEquals(200, limited.user().status());
        }
        Answer tooMany = limited.user();
        assertEquals(429, tooMany.status());
        assertTrue(tooMany.header("Retry-After").isPresent());
        assertEquals(
                200, limited.with(limited.client.post("/auth/logout")).send().status());

        Client guesser = new Client(server.port());
        for (int i = 0; i < LOGIN_LIMIT; i++) {
            assertEquals(
                    401,
                    Session.login(guesser, username, "a wrong guess").send().status());
        }
        assertEquals(
                429, Session.login(guesser, username, Session.PASSWORD).send().status());
        assertEquals(
                200,
                Session.login(new Client(server.port()), username, Session.PASSWORD)
                        .send()
                        .status());
    }

    /** Many sessions of one user, which are signed out one after the other. */
    private static final class SignOuts {
        private final Map<String, Session> sessions;

        SignOuts(ServerProcess server) {
            String username = Session.newUser(admin(server), "user");
            sessions = IntStream.range(0, SESSIONS)
                    .mapToObj(i -> Session.of(server, username, Session.PASSWORD))
                    .collect(Collectors.toMap(session -> session.claims().getString("sid"), Function.identity()));
        }

        Ending begin() {
            return Ending.of(sessions.keySet(), sid -> {
                Session session = sessions.get(sid);
                Answer answer =
                        session.with(session.client.post("/auth/logout")).send();
                assertTrue(Set.of(200, 503).contains(answer.status()), answer::toString);
                return answer.status() == 200;
            });
        }

        /** Of the user's keys in a cluster. */
        int slot() {
            return TestCluster.slotOf(
                    sessions.values().iterator().next().claims().getString("sub"));
        }

        /** Neither the access token nor the refresh token of a session that was signed out is good again. */
        void assertFinal(Set<String> signedOut) {
            assertTrue(signedOut.size() >= 40, "signed out: " + signedOut.size());
            for (String sid : signedOut) {
                Session session = sessions.get(sid);
                assertEquals(
                        "token_revoked",
                        whenAnswered(session.with(session.client.get("/api/user")))
                                .error());
                assertEquals(
                        "invalid_refresh_token",
                        whenAnswered(session.refreshRequest()).error());
            }
        }

        private static Answer whenAnswered(Client.Request request) {
            Answer answer = request.send();
            for (int i = 0; answer.status() == 503; i++) {
                assertTrue(i < 1_000, "no answer but 503");
                answer = request.send();
            }
            return answer;
        }
    }

    /** Others, who go on calling: the load. Nobody is told that a session is over which is not. */
    private static final class Bystanders implements AutoCloseable {
        private final List<Session> sessions;
        private final List<Thread> threads;
        private final Set<Integer> statuses = new ConcurrentSkipListSet<>();
        private volatile boolean enough;

        Bystanders(ServerProcess server) {
            Session maker = admin(server);
            sessions = Stream.generate(() -> Session.newUser(maker, "user"))
                    .limit(6)
                    .map(username -> Session.of(server, username, Session.PASSWORD))
                    .toList();
            threads = sessions.stream()
                    .map(session -> new Thread(() -> call(session)))
                    .toList();
            threads.forEach(Thread::start);
        }

        private void call(Session session) {
            while (!enough) {
                statuses.add(session.user().status());
                try {
                    Thread.sleep(100); // within the quota of a user
                } catch (InterruptedException stop) {
                    return;
                }
            }
        }

        void assertKept() throws InterruptedException {
            close();
            assertTrue(Set.of(200, 503).containsAll(statuses), statuses::toString);
            for (Session session : sessions) {
                assertEquals(200, session.refresh().status());
            }
        }

        @Override
        public void close() throws InterruptedException {
            enough = true;
            for (Thread thread : threads) {
                thread.join();
            }
        }
    }
}
