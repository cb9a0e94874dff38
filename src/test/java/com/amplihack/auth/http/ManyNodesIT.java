package com.amplihack.auth.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.amplihack.auth.http.Client.Answer;
import com.amplihack.auth.storm.Crowd;
import com.amplihack.auth.storm.Crowd.Result;
import jakarta.json.JsonArray;
import jakarta.json.JsonNumber;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.BooleanSupplier;
import java.util.function.IntConsumer;
import java.util.function.IntFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import redis.clients.jedis.Jedis;

/**
 * Three nodes behind HAProxy are one service: what one was told holds at each, and each may go at any moment. Ordered
 * from the first start to the panic button.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@Tag("one-store")
@Tag("full")
class ManyNodesIT {
    private static final int API_LIMIT = 400;
    private static final int SIGN_INS = 5;
    private static final int FAILURES = 10;

    private Nodes nodes;
    private Session admin;

    @BeforeAll
    void start() {
        assumeTrue(Program.find("haproxy").isPresent(), "No haproxy here: nodes behind a balancer are not tried.");
        nodes = new Nodes(
                3,
                Map.of(
                        "auth.api.limit",
                        Integer.toString(API_LIMIT),
                        "auth.refresh.limit",
                        "0",
                        "jwt.refresh.grace.seconds",
                        Long.toString(SharedServer.REFRESH_GRACE.toSeconds())));
        admin = Session.of(nodes.servers().get(0), "admin", nodes.firstPassword());
    }

    @AfterAll
    void stop() {
        if (nodes != null) {
            nodes.close();
        }
    }

    @Test
    @Order(1)
    void nodesThatStartTogetherOnNothingMakeOneSchemaOneAccountAndOneKeyRing() throws IOException {
        List<String> migrations;
        try (Stream<Path> files = Files.list(Path.of("src/main/resources/db/migration"))) {
            migrations = files.map(file -> file.getFileName().toString().replaceAll("V(\\d+)__.*", "$1 true"))
                    .sorted()
                    .toList();
        }
        assertEquals(
                migrations,
                nodes.query("select version || ' ' || success from flyway_schema_history order by version"));
        assertEquals(List.of("admin"), nodes.query("select username from auth_account"));
        assertEquals(
                1,
                nodes.servers().stream()
                        .filter(server -> server.output().contains("First account: "))
                        .count());
        Set<String> keySets = new HashSet<>();
        everywhere(port ->
                keySets.add(new Client(port).get("/auth/jwks").send().json().toString()));
        assertEquals(1, keySets.size(), keySets::toString);
        assertEquals(2, keySets.iterator().next().split("\"kid\"", -1).length - 1, "one signs, one waits");
    }

    @Test
    @Order(2)
    void aSessionOfOneNodeIsUsedRefreshedAndEndedAtOthers() {
        Session session = signIn(0);

        everywhere(port -> {
            assertEquals(200, user(session, port).status());
            Answer refreshed = refresh(session, port);
            assertEquals(200, refreshed.status(), refreshed::body);
            session.take(refreshed);
        });

        assertEquals(200, post(session, node(1), "/auth/logout").status());
        isOverEverywhere(session);
    }

    @Test
    @Order(3)
    void aRefreshTokenThatAnotherNodeHasTakenEndsTheSession() {
        Session session = signIn(0);
        String stolen = session.refreshToken;
        session.take(refresh(session, node(1)));
        session.take(refresh(session, node(2)));
        Session.graceEnds();
        session.refreshToken = stolen;

        assertEquals("refresh_token_reused", refresh(session, node(0)).error());

        isOverEverywhere(session);
    }

    @Test
    @Order(4)
    void aBareTokenIsAdmittedOnceWhereverItIsUsedAtTheSameMoment() throws Exception {
        for (int round = 0; round < 5; round++) {
            Session session = signIn(round % 3);
            List<Client> clients = everywhere(session.client.address());
            List<String> answers = race(24, i -> {
                Answer answer = clients.get(i % 4)
                        .get("/api/user")
                        .bearer(session.accessToken)
                        .send();
                return answer.status() == 200 ? "admitted" : answer.error();
            });
            assertEquals(1, count("admitted", answers), answers::toString);
            assertEquals(23, count("token_replayed", answers), answers::toString);
        }
    }

    @Test
    @Order(4)
    void theOverviewShowsEveryNodeAtEachAndAddsThemUp() {
        everywhere(port ->
                Session.login(new Client(port), "nobody", "a wrong guess").send()); // four
        for (ServerProcess node : nodes.servers()) {
            await(
                    () -> {
                        Answer answer = admin.with(at(admin, node.port()).get("/admin/api/overview"))
                                .send();
                        assertEquals(200, answer.status(), answer::toString);
                        return answer.json().getJsonArray("nodes").size() == 3 && failedSignIns(answer.json()) >= 4;
                    },
                    1_000); // each look counts in the quota
        }
    }

    private static int failedSignIns(JsonObject overview) {
        JsonArray failures = overview.getJsonObject("series").getJsonArray("sign_ins.failure");
        return failures == null
                ? 0
                : failures.stream()
                        .filter(JsonNumber.class::isInstance)
                        .mapToInt(step -> ((JsonNumber) step).intValue())
                        .sum();
    }

    @Test
    @Order(5)
    void anAddressHasItsFailedSignInsOnceForAllNodes() throws Exception {
        String username = Session.newUser(admin, "user");
        List<Client> clients = everywhere(new Client(node(0)).address());

        List<Integer> answers = race(20, i -> Session.login(clients.get(i % 4), username, "a wrong guess")
                .send()
                .status());

        assertEquals(SIGN_INS, count(401, answers), answers::toString);
        assertEquals(20 - SIGN_INS, count(429, answers), answers::toString);
    }

    @Test
    @Order(6)
    void aUserHasTheQuotaOnceForAllNodes() throws Exception {
        Session session = signIn(0);
        List<Client> clients = everywhere(session.client.address());

        List<Integer> answers = race(
                API_LIMIT + 40,
                i -> session.with(clients.get(i % 4).get("/api/user")).send().status());

        assertEquals(API_LIMIT, count(200, answers));
        assertEquals(40, count(429, answers));
    }

    @Test
    @Order(7)
    void failuresAtDifferentNodesLockAnAccountOnEveryNode() {
        String username = Session.newUser(admin, "user");
        for (int i = 0; i < FAILURES; i++) {
            Client stranger = new Client(nodes.ports().get(i % 4));
            Session.login(stranger, username, "a wrong password").send();
        }

        everywhere(port ->
                assertEquals("invalid_credentials", signInAgain(username, port).error()));

        String id = nodes.query("select id from auth_account where username = '" + username + "'")
                .get(0);
        assertEquals(
                204, post(admin, node(2), "/admin/api/users/" + id + "/unlock").status());
        everywhere(port -> assertEquals(200, signInAgain(username, port).status()));
    }

    @Test
    @Order(8)
    void whoIsDisabledAtOneNodeIsOutAtEveryOne() {
        Session session = signIn(0);
        everywhere(port -> assertEquals(200, user(session, port).status()));

        change(session, node(1), "{\"enabled\":false}");

        isOverEverywhere(session);
        everywhere(port -> assertEquals(
                "invalid_credentials", signInAgain(session.username, port).error()));
    }

    @Test
    @Order(9)
    void aRoleThatIsTakenAwayAtOneNodeIsGoneAtEveryOne() {
        Session session = signIn(0);
        everywhere(port -> assertEquals(200, user(session, port).status()));

        change(session, node(2), "{\"roles\":[]}");

        everywhere(port -> assertEquals("token_revoked", user(session, port).error()));
        session.take(refresh(session, node(1)));
        everywhere(port -> assertEquals(
                "[]", user(session, port).json().getJsonArray("roles").toString()));
    }

    @Test
    @Order(10)
    void aNodeThatIsKilledTakesOnlyItsRequestsInFlightWithIt() throws Exception {
        Crowd crowd = crowd(12, 20);
        crowd.begin();
        await(() -> crowd.results().size() > 500);

        nodes.kill(1);

        await(() -> !nodes.balancer().isUsed("two"));
        int before = crowd.results().size();
        await(() -> crowd.results().size() > before + 500);
        crowd.settle();
        List<Result> failed = failed(crowd);
        System.out.println("killed: " + crowd.results().size() + " requests, failed: " + failed);
        Set<Integer> people = new HashSet<>();
        for (Result result : failed) {
            assertTrue(
                    result.status() == 0
                            || (result.status() == 502 && result.node().equals("two")),
                    result::toString);
            assertTrue(people.add(result.person()), "more than was in flight: " + failed);
        }
        assertEquals(List.of(), crowd.signedOut());
    }

    @Test
    @Order(11)
    void aRollingReplacementSignsNobodyOut() throws Exception {
        Crowd crowd = crowd(6, 60);
        crowd.begin();

        for (int index : new int[] {1, 0, 2}) {
            nodes.replace(index);
        }

        int before = crowd.results().size();
        await(() -> crowd.results().size() > before + 200);
        crowd.settle();
        System.out.println("replaced: " + crowd.results().size() + " requests of " + crowd.sessions()
                + " sessions, failed: " + failed(crowd));
        assertEquals(List.of(), failed(crowd));
        assertEquals(List.of(), crowd.signedOut());
        Answer refreshed = refresh(admin, node(1));
        assertEquals(200, refreshed.status(), "older than every node: " + refreshed.body());
        admin.take(refreshed);
    }

    /** One of the last, for it signs everybody out. */
    @Test
    @Order(12)
    void thePanicButtonOfOneNodeEndsTheSessionsOfAll() {
        Session session = signIn(0);
        everywhere(port -> assertEquals(200, user(session, port).status()));

        assertEquals(200, post(admin, node(1), "/admin/api/revoke-all").status());

        everywhere(port -> await(() -> user(session, port).status() == 401)); // within a second
        isOverEverywhere(session);
    }

    /** After the panic button: the nodes that go on know of it, the store and the replaced node do not. */
    @Test
    @Order(13)
    void nodesAgreeAgainAndTheButtonReachesAllAfterTheStoreWasEmptiedAndOneNodeReplaced() {
        try (Jedis operator = nodes.redis().operator()) {
            operator.flushAll();
        }
        nodes.replace(2);
        // each node asks for what is store-wide when it is asked something
        await(() -> {
            admin = Session.of(nodes.servers().get(2), "admin", nodes.firstPassword());
            return nodes.ports().stream().allMatch(port -> user(admin, port).status() == 200);
        });
        Session session = signIn(0);
        everywhere(port -> assertEquals(200, user(session, port).status()));

        assertEquals(200, post(admin, node(2), "/admin/api/revoke-all").status());

        everywhere(port -> await(() -> user(session, port).status() == 401));
        isOverEverywhere(session);
    }

    private Crowd crowd(int people, int pauseMillis) {
        List<String> usernames = new ArrayList<>();
        for (int i = 0; i < people * Crowd.SESSIONS_EACH; i++) {
            usernames.add(Session.newUser(admin, "user"));
        }
        return new Crowd(nodes.balancer().port(), usernames, pauseMillis);
    }

    private static List<Result> failed(Crowd crowd) {
        return crowd.results().stream().filter(result -> result.status() != 200).toList();
    }

    private int node(int index) {
        return nodes.servers().get(index).port();
    }

    /** At the balancer, and at each node. */
    private void everywhere(IntConsumer check) {
        nodes.ports().forEach(check::accept);
    }

    private List<Client> everywhere(String address) {
        return nodes.ports().stream().map(port -> new Client(port, address)).toList();
    }

    /** A new user, signed in at that node. */
    private Session signIn(int index) {
        return Session.of(nodes.servers().get(index), Session.newUser(admin, "user"), Session.PASSWORD);
    }

    private static Answer signInAgain(String username, int port) {
        return Session.login(new Client(port), username, Session.PASSWORD).send();
    }

    private static Client at(Session session, int port) {
        return new Client(port, session.client.address());
    }

    private static Answer user(Session session, int port) {
        return session.with(at(session, port).get("/api/user")).send();
    }

    private static Answer post(Session session, int port, String path) {
        return session.with(at(session, port).post(path)).send();
    }

    private static Answer refresh(Session session, int port) {
        return at(session, port)
                .post("/auth/refresh")
                .header("Cookie", "session_id=" + session.handle + "; refresh_token=" + session.refreshToken)
                .send();
    }

    private void change(Session session, int port, String patch) {
        String path = "/admin/api/users/" + session.claims().getString("sub");
        Answer changed = admin.with(at(admin, port).request("PATCH", path))
                .body("application/merge-patch+json", patch.getBytes(StandardCharsets.UTF_8))
                .send();
        assertEquals(200, changed.status(), changed::body);
    }

    private void isOverEverywhere(Session session) {
        everywhere(port -> assertEquals("token_revoked", user(session, port).error()));
        everywhere(port ->
                assertEquals("invalid_refresh_token", refresh(session, port).error()));
    }

    private static <T> long count(T value, List<T> values) {
        return values.stream().filter(value::equals).count();
    }

    private static <T> List<T> race(int racers, IntFunction<T> racer) throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(Math.min(racers, 32));
        try {
            List<Callable<T>> all = new ArrayList<>();
            for (int i = 0; i < racers; i++) {
                int number = i;
                all.add(() -> racer.apply(number));
            }
            List<T> results = new ArrayList<>();
            for (Future<T> result : pool.invokeAll(all)) {
                results.add(result.get());
            }
            return results;
        } finally {
            pool.shutdownNow();
        }
    }

    private static void await(BooleanSupplier condition) {
        await(condition, 50);
    }

    private static void await(BooleanSupplier condition, long pauseMillis) {
        for (long waited = 0; waited < 60_000; waited += pauseMillis) {
            if (condition.getAsBoolean()) {
                return;
            }
            try {
                Thread.sleep(pauseMillis);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        throw new AssertionError("within a minute never");
    }
}
