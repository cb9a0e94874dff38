package com.amplihack.auth.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.http.Client.Answer;
import com.amplihack.auth.neighbour.NeighbourApplication;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jboss.shrinkwrap.api.ShrinkWrap;
import org.jboss.shrinkwrap.api.asset.StringAsset;
import org.jboss.shrinkwrap.api.exporter.ZipExporter;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Another WAR on the same server, with the key set as a file and one call to {@code /auth/verify} (docs/forward-auth.md). */
@Tag("one-store")
@Tag("full")
class NeighbourIT {
    private static final String LIST = "/orders/list";
    private static final int REQUEST_THREADS = 4;

    private static ServerProcess server;
    private static Session admin;

    @BeforeAll
    static void start() throws InterruptedException {
        Path home = ServerProcess.freshDirectory("neighbour");
        int port = ServerProcess.freePort();
        server = ServerProcess.start(
                        port,
                        Map.of(
                                "mp.config.profile", "dev",
                                "auth.home", home.toString(),
                                "auth.store", "memory",
                                "auth.trusted.proxies", "127.0.0.1",
                                "jwt.key.size", "2048",
                                "auth.verify.waiting", Integer.toString(REQUEST_THREADS / 2),
                                "auth.verify.url", "http://localhost:" + port + "/auth/verify"),
                        Map.of(),
                        "--deploy",
                        war(home.resolve("keys/jwks.json")).toString(),
                        "--maxHttpThreads",
                        Integer.toString(REQUEST_THREADS))
                .ready();
        admin = Session.of(server, "admin", server.firstPassword());
        Client client = new Client(server.port());
        for (int i = 0; i < 300 && status(client.get(LIST)) != 401; i++) {
            TimeUnit.MILLISECONDS.sleep(100);
        }
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void aCallerIsKnownByItsToken() {
        Session session = signIn("user");
        for (int use = 1; use <= 3; use++) {
            Answer answer = session.with(session.client.get(LIST)).send();
            assertEquals(200, answer.status(), answer::body);
            assertEquals("orders of " + session.username, answer.body());
            assertEquals(
                    "orders of admin", admin.with(admin.client.get(LIST)).send().body(), "nobody else's name");
        }
    }

    @Test
    void rolesAreTheApplicationsAffair() {
        Session session = signIn("user");
        assertEquals(
                403, session.with(session.client.post(LIST)).json("1").send().status());
        assertEquals(
                "ordered 1",
                admin.with(admin.client.post(LIST)).json("1").send().body());
    }

    @Test
    void whatMicroProfileJwtCannotKnowTheGateSays() {
        Session ended = signIn("user");
        assertEquals(200, ended.with(ended.client.get(LIST)).send().status());
        ended.with(ended.client.post("/auth/logout")).send();
        Answer revoked = ended.with(ended.client.get(LIST)).send();
        assertEquals(401, revoked.status());
        assertEquals("token_revoked", revoked.error());
        assertTrue(revoked.header("WWW-Authenticate").orElseThrow().contains("invalid_token"));

        Session bare = signIn("user");
        assertEquals(200, bare.client.get(LIST).bearer(bare.accessToken).send().status());
        assertEquals(
                "token_replayed",
                bare.client.get(LIST).bearer(bare.accessToken).send().error());

        Session stolen = signIn("user");
        assertEquals(
                "binding_mismatch",
                stolen.with(new Client(server.port()).get(LIST)).send().error());
    }

    @Test
    void withoutATokenNobodyGetsIn() {
        assertEquals(401, status(new Client(server.port()).get(LIST)));
    }

    @Test
    void moreRequestsThanThreadsAreAnsweredAndDoNotWaitForOneAnother() throws Exception {
        Session session = signIn("user");
        ExecutorService callers = Executors.newFixedThreadPool(8 * REQUEST_THREADS);
        try {
            List<Future<Integer>> answers = new ArrayList<>();
            for (int i = 0; i < 16 * REQUEST_THREADS; i++) {
                answers.add(callers.submit(() -> status(session.with(session.client.get(LIST)))));
            }
            for (Future<Integer> answer : answers) {
                int status = answer.get(60, TimeUnit.SECONDS);
                assertTrue(status == 200 || status == 503, () -> "status " + status);
            }
            assertFalse(server.output().contains("the gate did not answer"), "no thread waited in vain");
        } finally {
            callers.shutdownNow();
        }
    }

    private static Session signIn(String... roles) {
        String username = Session.newUser(admin, roles);
        return Session.of(server, username, Session.PASSWORD);
    }

    private static int status(Client.Request request) {
        try {
            return request.send().status();
        } catch (UncheckedIOException notYet) {
            return 0;
        }
    }

    private static Path war(Path jwks) {
        Path war = ServerProcess.freshDirectory("neighbour-war").resolve("orders.war");
        ShrinkWrap.create(WebArchive.class)
                .addPackage(NeighbourApplication.class.getPackage())
                .addAsWebInfResource(
                        Path.of("src/main/webapp/WEB-INF/beans.xml").toFile(), "beans.xml")
                .addAsWebInfResource(
                        new StringAsset("<payara-web-app><context-root>/orders</context-root></payara-web-app>"),
                        "payara-web.xml")
                .addAsResource(
                        new StringAsset(String.join(
                                "\n",
                                "mp.jwt.verify.publickey.location=" + jwks.toUri(),
                                "mp.jwt.verify.issuer=https://api.amplihack.com",
                                "mp.jwt.verify.audiences=amplihack-api")),
                        "META-INF/microprofile-config.properties")
                .as(ZipExporter.class)
                .exportTo(war.toFile());
        return war;
    }
}
