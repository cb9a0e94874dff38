package com.amplihack.auth.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.http.Client.Answer;
import com.amplihack.auth.store.TestRedis;
import de.mkammerer.argon2.Argon2Factory;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What becomes of requests while PostgreSQL hangs, restarts or only reads, as docs/outage-policy.md has it. */
@Tag("one-store")
class DatabaseOutageIT {
    private static final Duration LONGEST = Duration.ofSeconds(3);
    private static final Duration LONGEST_READINESS = Duration.ofSeconds(2);
    private static final Duration RECOVERY = Duration.ofSeconds(15);

    private static TestRedis redis;
    private static TestDatabase database;
    private static ServerProcess server;
    private static Session admin;

    @BeforeAll
    static void start() {
        redis = TestRedis.start();
        database = new TestDatabase();
        Map<String, String> settings = new HashMap<>(redis.properties());
        settings.putAll(database.properties());
        settings.putAll(Map.of(
                "mp.config.profile", "dev",
                "auth.home", ServerProcess.freshDirectory("database").toString(),
                "auth.store", "redis",
                "auth.argon2.iterations", "2", // one is outdated
                "auth.refresh.limit", "0",
                "auth.api.limit", "0",
                "jwt.key.size", "2048"));
        server = ServerProcess.start(ServerProcess.freePort(), settings, Map.of())
                .ready();
        admin = Session.of(server, "admin", server.firstPassword());
    }

    @AfterAll
    static void stop() throws IOException {
        server.close();
        database.close();
        redis.close();
    }

    /** Returns when the breaker is closed: two good answers in a row close it. */
    @AfterEach
    void mend() throws InterruptedException {
        database.thaw();
        long end = System.nanoTime() + RECOVERY.toNanos();
        for (int good = 0; good < 2; ) {
            good = ready().status() == 200 ? good + 1 : 0;
            assertTrue(System.nanoTime() < end, "it does not come back by itself");
            Thread.sleep(100);
        }
    }

    /** An answer, and how long it took. */
    private record Timed(Answer answer, Duration took) {
        void assertRefused(String what) {
            assertEquals(503, answer.status(), () -> what + ": " + answer);
            assertEquals("store_unavailable", answer.error(), what);
            assertTrue(answer.header("Retry-After").isPresent(), what);
            assertTrue(took.compareTo(LONGEST) < 0, what + " took " + took);
        }
    }

    @Test
    void aDatabaseThatHangsRefusesWhatNeedsItInTimeAndTouchesNothingElse() throws Exception {
        List<Session> people = people(8);
        assertEquals(List.of(), refusals(atOnce(people, DatabaseOutageIT::login)), "eight connections in the pool");
        Session user = Session.of(server, withPermission("chat:write"), Session.PASSWORD);

        database.freeze();
        ExecutorService clients = Executors.newCachedThreadPool();
        try {
            List<Future<Timed>> logins = IntStream.range(0, 40)
                    .mapToObj(i -> clients.submit(timed(() -> login(people.get(i % 8)))))
                    .toList();
            List<Future<Timed>> others = Stream.<Callable<Answer>>of(
                            user::refresh,
                            () -> people.get(1).refresh(),
                            () -> admin.with(admin.client.get("/admin/api/users"))
                                    .send(),
                            () -> patch(admin, id(user), "{\"enabled\":true}"),
                            () -> changePassword(people.get(2)))
                    .map(call -> clients.submit(timed(call)))
                    .toList();
            List<Future<Timed>> readiness = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                readiness.add(clients.submit(timed(DatabaseOutageIT::ready)));
                assertUntouched(user);
                Thread.sleep(300);
            }
            for (Future<Timed> login : logins) {
                login.get().assertRefused("sign-in");
            }
            for (Future<Timed> other : others) {
                other.get().assertRefused("another use of the database");
            }
            for (Future<Timed> ready : readiness) {
                assertEquals(503, ready.get().answer().status());
                assertTrue(ready.get().answer().body().contains("database does not answer"));
                assertTrue(
                        ready.get().took().compareTo(LONGEST_READINESS) < 0,
                        "readiness took " + ready.get().took());
            }
        } finally {
            clients.shutdownNow();
            database.thaw();
        }

        mend();
        assertEquals(200, login(people.get(3)).status());
        assertEquals(200, user.refresh().status(), "nothing was rotated or ended meanwhile");
        assertEquals(200, user.user().status());
    }

    private static void assertUntouched(Session user) {
        assertEquals(200, user.user().status());
        assertEquals(200, user.client.get("/auth/jwks").send().status());
        assertEquals(
                200,
                user.with(user.client.post("/api/chat/completions"))
                        .json("{\"model\":\"demo\",\"messages\":[{\"role\":\"user\",\"content\":\"hello\"}]}")
                        .send()
                        .status());
        assertEquals(200, user.client.get("/health/live").send().status());
    }

    @Test
    void afterARestartTheFirstSignInsSucceed() throws Exception {
        List<Session> people = people(8);
        assertEquals(List.of(), refusals(atOnce(people, DatabaseOutageIT::login)));

        database.dropConnections();

        assertEquals(List.of(), refusals(atOnce(people, DatabaseOutageIT::login)));
        database.dropConnections();
        assertEquals(List.of(), refusals(atOnce(people, Session::refresh)));
    }

    @Test
    void anOutdatedHashSignsInThoughItCannotBeReplacedAndIsReplacedLater() {
        Session person = people(1).get(0);
        String outdated =
                Argon2Factory.create(Argon2Factory.Argon2Types.ARGON2id).hash(1, 64, 1, Session.PASSWORD.toCharArray());
        database.execute("update auth_account set password_hash = '" + outdated + "' where username = '"
                + person.username + "'");
        database.execute("alter database postgres set default_transaction_read_only = on");
        database.dropConnections();
        try {
            assertEquals(200, login(person).status());
            assertEquals(outdated, hash(person));
            assertTrue(server.output().contains("password hash of an account could not be renewed"));
        } finally {
            database.execute("begin; set transaction read write;"
                    + " alter database postgres set default_transaction_read_only = off; commit");
            database.dropConnections();
        }

        assertEquals(200, login(person).status());

        assertNotEquals(outdated, hash(person), "it is tried again");
    }

    @Test
    void ofTwoAdministratorsWhoTakeEachOthersRoleOneStays() throws Exception {
        List<Session> both = List.of(newSession("admin", "user"), newSession("admin", "user"));
        database.execute("delete from auth_account_role where role_name = 'admin' and account_id not in ("
                + both.stream()
                        .map(one -> "'" + id(one) + "'")
                        .reduce((a, b) -> a + "," + b)
                        .orElseThrow() + ")");
        try {
            for (int round = 0; round < 60; round++) {
                List<Answer> answers =
                        atOnce(List.of(0, 1), i -> patch(both.get(i), id(both.get(1 - i)), "{\"roles\":[\"user\"]}"));

                List<String> left = database.query("select a.id from auth_account a join auth_account_role r"
                        + " on r.account_id = a.id where r.role_name = 'admin' and a.enabled");
                assertTrue(!left.isEmpty(), "round " + round + " left nobody: " + answers);
                makeAdministrators(both);
                for (Session one : both) {
                    assertEquals(200, one.refresh().status());
                }
            }
        } finally {
            makeAdministrators(List.of(admin));
            assertEquals(200, admin.refresh().status());
        }
    }

    private static void makeAdministrators(List<Session> people) {
        for (Session one : people) {
            database.execute("insert into auth_account_role (account_id, role_name) values ('" + id(one)
                    + "', 'admin') on conflict do nothing");
        }
    }

    private static String id(Session session) {
        return session.claims().getString("sub");
    }

    private static String hash(Session person) {
        return database.query("select password_hash from auth_account where username = '" + person.username + "'")
                .get(0);
    }

    private static List<Session> people(int count) {
        return Stream.generate(() -> newSession("user")).limit(count).toList();
    }

    private static String withPermission(String permission) {
        String name = Session.newUser(admin, "user");
        database.execute("insert into auth_account_permission (account_id, permission) select id, '" + permission
                + "' from auth_account where username = '" + name + "'");
        return name;
    }

    private static Session newSession(String... roles) {
        String name = Session.newUser(admin, roles);
        return Session.of(server, name, Session.PASSWORD);
    }

    private static Answer ready() {
        return new Client(server.port()).get("/health/ready").send();
    }

    private static Answer login(Session person) {
        return Session.login(new Client(server.port()), person.username, Session.PASSWORD)
                .send();
    }

    private static Answer patch(Session by, String id, String body) {
        return by.with(by.client.request("PATCH", "/admin/api/users/" + id))
                .json(body)
                .send();
    }

    private static Answer changePassword(Session person) {
        return person.with(person.client.post("/auth/password"))
                .json("{\"current_password\":\"" + Session.PASSWORD + "\",\"new_password\":\"another horse battery\"}")
                .send();
    }

    private static List<Answer> refusals(List<Answer> answers) {
        return answers.stream().filter(answer -> answer.status() != 200).toList();
    }

    private static Callable<Timed> timed(Callable<Answer> call) {
        return () -> {
            long start = System.nanoTime();
            Answer answer = call.call();
            return new Timed(answer, Duration.ofNanos(System.nanoTime() - start));
        };
    }

    /** Something that is sent. */
    private interface Sending<T> {
        Answer by(T who) throws Exception;
    }

    private static <T> List<Answer> atOnce(List<T> who, Sending<T> sending)
            throws InterruptedException, ExecutionException {
        ExecutorService clients = Executors.newFixedThreadPool(who.size());
        try {
            List<Callable<Answer>> calls = new ArrayList<>();
            who.forEach(one -> calls.add(() -> sending.by(one)));
            List<Answer> answers = new ArrayList<>();
            for (Future<Answer> answer : clients.invokeAll(calls)) {
                answers.add(answer.get());
            }
            return answers;
        } finally {
            clients.shutdownNow();
        }
    }
}
