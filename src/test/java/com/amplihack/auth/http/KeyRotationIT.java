package com.amplihack.auth.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.database.StartedPostgres;
import com.amplihack.auth.http.Client.Answer;
import com.amplihack.auth.store.TestRedis;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jwt.SignedJWT;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;

/** Two servers on one key directory, one Redis and one PostgreSQL; each test goes on where the last one ended. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@Tag("one-store")
@Tag("fault-33")
class KeyRotationIT {
    private static final String PASSWORD = "a password of the operator";
    private static final Duration PUBLISH = Duration.ofSeconds(5);

    private final Path keys = ServerProcess.freshDirectory("ring").resolve("keys");
    private final Path homeOfOne = ServerProcess.freshDirectory("one");
    private TestRedis redis;
    private EmbeddedPostgres postgres;
    private ServerProcess one;
    private ServerProcess other;
    private Client atOne;
    private Client atOther;
    private Session admin;

    @BeforeAll
    void start() throws IOException {
        redis = TestRedis.start();
        postgres = StartedPostgres.start();
        one = start(homeOfOne).ready();
        other = start(ServerProcess.freshDirectory("other")).ready();
        atOne = new Client(one.port());
        atOther = new Client(other.port());
        admin = Session.of(one, "root", PASSWORD);
    }

    @AfterAll
    void stop() throws IOException {
        other.close();
        one.close();
        postgres.close();
        redis.close();
    }

    @Test
    @Order(1)
    void theRingIsListedForAdministratorsAlone() throws IOException {
        List<JsonObject> ring = ring();
        assertEquals(0, rotations(), "a first key is no rotation");
        assertTrue(
                Files.readString(homeOfOne.resolve("audit.jsonl")).contains("\"reason\":\"start\",\"state\":\"NEXT\""));

        assertEquals(
                List.of("NEXT", "ACTIVE"),
                ring.stream().map(key -> key.getString("state")).toList());
        for (JsonObject key : ring) {
            assertEquals(
                    Set.of("kid", "state", "created_at", "signs_from", "retires_at", "size"), key.keySet(), "no more");
            assertEquals(2048, key.getInt("size"));
            Instant.parse(key.getString("created_at"));
        }
        assertEquals(
                Instant.parse(active().getString("signs_from")).plus(Duration.ofDays(90)),
                Instant.parse(inState("NEXT").getString("signs_from")));
        Session.make(admin, "eva", "user");
        Session eva = Session.of(one, "eva", Session.PASSWORD);
        for (var request : List.of(
                eva.client.get("/admin/api/keys"),
                eva.client.post("/admin/api/keys/rotate"),
                eva.client.post("/admin/api/keys/x/compromise"))) {
            assertEquals("insufficient_permissions", eva.with(request).send().error());
        }
        assertEquals(
                "missing_token", atOne.post("/admin/api/keys/rotate").send().error());
    }

    @Test
    @Order(2)
    void aKeyThatIsTooYoungIsRefusedWithTheTimeAtWhichItIsNot() {
        await(() -> post("/admin/api/keys/rotate").status() == 201); // the first one may be old enough already

        Answer refused = post("/admin/api/keys/rotate");

        assertEquals(409, refused.status());
        assertEquals("rotation_too_early", refused.error());
        assertEquals(
                Instant.parse(inState("NEXT").getString("created_at")).plus(PUBLISH),
                Instant.parse(refused.json().getString("earliest_at")));
    }

    /** What a verifier elsewhere has: a copy of the key set that it asks for anew every three seconds. */
    private static final class Verifier {
        private final Client client;
        private volatile JWKSet known;
        private volatile long until;

        Verifier(Client client) {
            this.client = client;
        }

        boolean verifies(String token) throws Exception {
            SignedJWT jwt = SignedJWT.parse(token);
            JWK key = known().getKeyByKeyId(jwt.getHeader().getKeyID());
            return key != null && jwt.verify(new RSASSAVerifier(key.toRSAKey()));
        }

        private synchronized JWKSet known() throws Exception {
            if (known == null || System.nanoTime() - until > 0) {
                known = JWKSet.parse(client.get("/auth/jwks").send().body());
                until = System.nanoTime() + Duration.ofSeconds(3).toNanos();
            }
            return known;
        }
    }

    @Test
    @Order(3)
    void rotationsInTheMiddleOfRequestsRefuseNoTokenAndSignNoneWithAKeyThatIsUnknown() throws Exception {
        String before = active().getString("kid");
        double counted = rotations();
        List<Verifier> verifiers =
                List.of(new Verifier(new Client(one.port())), new Verifier(new Client(other.port())));
        Set<String> signers = ConcurrentHashMap.newKeySet();
        List<String> wrong = Collections.synchronizedList(new ArrayList<>());
        AtomicBoolean rotated = new AtomicBoolean();
        List<Callable<Integer>> users = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            Session.make(admin, "user" + i, "user");
            List<Session> sessions = List.of(
                    Session.of(one, "user" + i, Session.PASSWORD), Session.of(other, "user" + i, Session.PASSWORD));
            users.add(() -> {
                int requests = 0;
                while (!rotated.get()) {
                    for (Session session : sessions) {
                        Answer refreshed = session.refresh();
                        requests += 1;
                        if (refreshed.status() != 200) {
                            wrong.add("refresh: " + refreshed);
                        }
                        signers.add(kidOf(session.accessToken));
                        for (Verifier verifier : verifiers) {
                            if (!verifier.verifies(session.accessToken)) {
                                wrong.add("a key that the other side does not know");
                            }
                        }
                        for (Client client : List.of(atOne, atOther, atOne, atOther)) {
                            Answer answer = client.get("/api/user")
                                    .bearer(session.accessToken)
                                    .cookie("session_id", session.handle)
                                    .send();
                            requests += 1;
                            if (answer.status() != 200) {
                                wrong.add(answer.toString());
                            }
                        }
                    }
                    Thread.sleep(100);
                }
                return requests;
            });
        }
        ExecutorService pool = Executors.newFixedThreadPool(users.size());
        try {
            List<Future<Integer>> running = new ArrayList<>();
            for (Callable<Integer> user : users) {
                running.add(pool.submit(user));
            }
            for (int rotation = 0; rotation < 2; rotation++) {
                await(() ->
                        post("/admin/api/keys/rotate").status() == 201); // once the next key is published long enough
                Thread.sleep(1_000);
            }
            rotated.set(true);
            int requests = 0;
            for (Future<Integer> user : running) {
                requests += user.get();
            }
            System.out.println("rotations under load: " + requests + " requests, " + wrong.size() + " wrong, "
                    + signers.size() + " keys");
            assertTrue(requests > 100, "requests: " + requests);
        } finally {
            pool.shutdownNow();
        }
        assertEquals(List.of(), wrong);
        assertTrue(signers.contains(before) && signers.size() == 3, signers::toString);
        assertEquals(2, rotations() - counted);
        assertTrue(Files.readString(homeOfOne.resolve("audit.jsonl")).contains("\"event\":\"KEY_ROTATED\""));
    }

    @Test
    @Order(4)
    void theOtherNodeSignsWithTheNewKeyAndBothShowTheSameSet() {
        String signing = active().getString("kid");

        await(() -> signing.equals(kidOf(Session.of(other, "eva", Session.PASSWORD).accessToken)));

        assertEquals(
                atOne.get("/auth/jwks").send().body(),
                atOther.get("/auth/jwks").send().body());
        assertEquals(
                signing,
                atOther.get("/auth/jwks")
                        .send()
                        .json()
                        .getJsonArray("keys")
                        .getJsonObject(0)
                        .getString("kid"));
    }

    @Test
    @Order(5)
    void aCompromisedKeyIsDeadOnBothNodesWithAllThatItSigned() throws IOException {
        admin.refresh();
        Session victim = Session.of(other, "user0", Session.PASSWORD);
        assertEquals(200, victim.user().status());
        String dead = kidOf(victim.accessToken);
        String waiting = inState("NEXT").getString("kid");
        assertEquals(dead, active().getString("kid"));

        CompletableFuture<Long> refused = CompletableFuture.supplyAsync(() -> {
            await(() -> victim.user().status() == 401);
            return System.nanoTime();
        });
        long start = System.nanoTime();
        Answer answer = post("/admin/api/keys/" + dead + "/compromise");
        System.out.println("compromise: refused on the other node after "
                + Duration.ofNanos(refused.join() - start).toMillis() + " ms");

        assertEquals(200, answer.status(), answer::toString);
        assertEquals(
                Set.of(dead, waiting),
                Set.copyOf(answer.json().getJsonArray("compromised").stream()
                        .map(kid -> ((JsonString) kid).getString())
                        .toList()));
        assertEquals("invalid_token", victim.user().error(), "remembered as verified a moment ago");
        assertEquals("invalid_token", admin.user().error());
        for (Client client : List.of(atOne, atOther)) {
            String jwks = client.get("/auth/jwks").send().body();
            assertFalse(jwks.contains(dead) || jwks.contains(waiting));
        }
        await(() -> victim.refresh().status() == 200); // the session goes on
        assertNotEquals(dead, kidOf(victim.accessToken));
        for (Client client : List.of(atOne, atOther)) {
            assertEquals(
                    200,
                    client.get("/api/user")
                            .bearer(victim.accessToken)
                            .cookie("session_id", victim.handle)
                            .send()
                            .status(),
                    "and so does what the new key signs, at once");
        }
        String audit = Files.readString(homeOfOne.resolve("audit.jsonl"));
        assertEquals(
                2,
                audit.lines()
                        .filter(line -> line.contains("\"event\":\"KEY_COMPROMISED\",\"severity\":\"critical\""))
                        .count());
        admin.refresh();
        assertEquals(
                Set.of(dead, waiting),
                ring().stream()
                        .filter(key -> key.getString("state").equals("RETIRED"))
                        .map(key -> key.getString("kid"))
                        .collect(Collectors.toSet()));
    }

    @Test
    @Order(6)
    void whoComesFromBeforeARestartFindsTheRingAsItWas() {
        String jwks = atOne.get("/auth/jwks").send().body();
        other.close();
        other = start(ServerProcess.freshDirectory("other")).ready();
        String again = new Client(other.port()).get("/auth/jwks").send().body();
        // a waiting key may have been made meanwhile
        assertTrue(again.contains(kidOf(admin.accessToken)) && jwks.contains(kidOf(admin.accessToken)));
    }

    /** Last, for it signs everybody out. */
    @Test
    @Order(7)
    void thePanicButtonOfOneNodeEndsTheSessionsOnEveryOther() {
        Session.make(admin, "zoe", "user");
        Session zoe = Session.of(other, "zoe", Session.PASSWORD);
        assertEquals(200, zoe.user().status());

        assertEquals(200, post("/admin/api/revoke-all").status());

        await(() -> zoe.user().status() == 401);
        assertEquals("token_revoked", zoe.user().error());
        assertEquals("invalid_refresh_token", zoe.refreshRequest().send().error());
        assertEquals(401, post("/admin/api/keys/rotate").status());
        assertEquals(200, Session.of(other, "zoe", Session.PASSWORD).user().status(), "signing in anew works");
    }

    private ServerProcess start(Path home) {
        return ServerProcess.start(
                ServerProcess.freePort(),
                Map.ofEntries(
                        Map.entry("mp.config.profile", "dev"),
                        Map.entry("auth.home", home.toString()),
                        Map.entry("jwt.key.path", keys.toString()),
                        Map.entry("jwt.key.size", "2048"),
                        Map.entry("jwt.key.publish.seconds", Long.toString(PUBLISH.toSeconds())),
                        Map.entry("jwt.binding.ip", "off"),
                        Map.entry("auth.store", "redis"),
                        Map.entry("auth.api.limit", "0"),
                        Map.entry("auth.refresh.limit", "0"),
                        Map.entry("auth.login.limit", "1000"),
                        Map.entry("redis.host", "127.0.0.1"),
                        Map.entry("redis.port", Integer.toString(redis.port())),
                        Map.entry("redis.username", TestRedis.USER),
                        Map.entry("redis.password", redis.password()),
                        Map.entry("auth.bootstrap.username", "root"),
                        Map.entry("auth.bootstrap.password", PASSWORD),
                        Map.entry("auth.db.class", "org.postgresql.ds.PGSimpleDataSource"),
                        Map.entry("auth.db.url", "jdbc:postgresql://localhost:" + postgres.getPort() + "/postgres"),
                        Map.entry("auth.db.user", "postgres"),
                        Map.entry("auth.db.password", "postgres")),
                Map.of());
    }

    private Answer post(String path) {
        return admin.with(admin.client.post(path)).send();
    }

    private List<JsonObject> ring() {
        Answer answer = admin.with(admin.client.get("/admin/api/keys")).send();
        assertEquals(200, answer.status(), answer::toString);
        return answer.json().getJsonArray("items").getValuesAs(JsonObject.class);
    }

    private JsonObject active() {
        return inState("ACTIVE");
    }

    private JsonObject inState(String state) {
        return ring().stream()
                .filter(key -> key.getString("state").equals(state))
                .findFirst()
                .orElseThrow();
    }

    private static String kidOf(String token) {
        return Session.part(token, 0).getString("kid");
    }

    private double rotations() {
        return atOne.get("/metrics")
                .send()
                .body()
                .lines()
                .filter(line -> line.startsWith("jwt_key_rotation_total{"))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
                .sum();
    }

    private static void await(BooleanSupplier condition) {
        for (int i = 0; i < 600; i++) {
            if (condition.getAsBoolean()) {
                return;
            }
            try {
                Thread.sleep(50);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        throw new AssertionError("it never happened");
    }
}
