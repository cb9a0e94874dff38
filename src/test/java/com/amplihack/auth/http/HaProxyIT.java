package com.amplihack.auth.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.amplihack.auth.http.Client.Answer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code server-config/haproxy/haproxy.cfg} promises of one server; {@link ManyNodesIT} has several. */
@Tag("one-store")
class HaProxyIT {
    private static HaProxy balancer;

    @BeforeAll
    static void start() {
        assumeTrue(Program.find("haproxy").isPresent(), "No haproxy here: the sample configuration is not tried.");
        balancer = HaProxy.start(List.of(SharedServer.get().port()));
    }

    @AfterAll
    static void stop() {
        if (balancer != null) {
            balancer.close();
        }
    }

    @Test
    void theBalancerSaysWhoAsksWhateverTheClientSays() {
        Session session = Session.through(balancer.port());

        Answer sessions = session.with(session.client.get("/auth/sessions"))
                .header("X-Forwarded-For", "192.0.2.1")
                .header("Forwarded", "for=192.0.2.1")
                .send();

        assertEquals(200, sessions.status(), sessions::body);
        assertEquals(
                session.client.address(),
                sessions.json().getJsonArray("items").getJsonObject(0).getString("ip_address"));
        Answer thief = session.with(new Client(balancer.port()).get("/api/user"))
                .header("X-Forwarded-For", session.client.address())
                .send();
        assertEquals("binding_mismatch", thief.error());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/health",
                "/health/ready",
                "/metrics",
                "/openapi",
                "/%68ealth",
                "/Health",
                "//health",
                "/./metrics",
                "/x/../metrics",
                "/api/../health",
                "/api/%2e%2e/health",
                "/api/..%2fhealth",
                "/api\\..\\health",
                "/health;x=1",
                "/;x=1/health",
                "/api/..;/health"
            })
    void whatIsForTheInsideIsNotReached(String path) throws IOException {
        assertTrue(raw("/auth/jwks").startsWith("HTTP/1.1 200"));

        String answer = raw(path);

        assertTrue(answer.startsWith("HTTP/1.1 40"), answer);
        assertFalse(answer.contains("\"checks\"") || answer.contains("mp_scope"), answer);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/auth/%zz", "/auth/%", "/auth/%2", "/auth/jwks/.", "/auth/jwks/%2e%2E"})
    void aPathThatCannotBeReadGoesToNobody(String path) throws IOException {
        assertTrue(raw("/auth/jwks?a=%zz").startsWith("HTTP/1.1 200"));

        String answer = raw(path);

        assertTrue(answer.contains("<h1>400 Bad request</h1>"), "HAProxy says it itself: " + answer);
    }

    @Test
    void aRequestIsSentOnceEvenIfNobodyAnswers() throws IOException {
        List<Breaking> servers = List.of(new Breaking(), new Breaking(), new Breaking());
        try (HaProxy other = HaProxy.start(servers.stream().map(Breaking::port).toList())) {
            List<Function<Client, Client.Request>> requests = List.of(
                    client -> client.get("/api/user").bearer("good-once"),
                    client -> client.post("/auth/refresh").cookie("refresh_token", "good-once"),
                    client -> client.post("/auth/refresh").header("Idempotency-Key", "key"),
                    client -> Session.login(client, "eva", "password"));
            for (var request : requests) {
                // the second one on a connection would be answered by its end
                Client client = new Client(other.port());
                assertEquals(502, request.apply(client).send().status());
            }
            assertEquals(
                    requests.size(),
                    servers.stream().mapToInt(server -> server.requests.get()).sum());
        } finally {
            for (Breaking server : servers) {
                server.close();
            }
        }
    }

    @Test
    void aRequestThatCouldNotBeSentGoesToAnotherServer() throws IOException {
        try (Breaking gone = new Breaking();
                HaProxy other =
                        HaProxy.start(List.of(gone.port(), SharedServer.get().port()))) {
            gone.close();
            Client client = new Client(other.port());
            // before the checks have noticed
            Stream.generate(() -> client.get("/auth/jwks").send().status())
                    .limit(20)
                    .forEach(status -> assertEquals(200, status));
        }
    }

    @Test
    void whenNoServerIsReadyTheyAnswerThemselves() {
        Session session = Session.through(balancer.port());
        SharedServer.get().redisProxy().swallow();
        try {
            await(false);
            Answer refused = session.user();
            assertEquals("store_unavailable", refused.error());
            assertTrue(refused.header("Retry-After").isPresent());
            assertEquals(200, session.client.get("/auth/jwks").send().status());
            assertEquals(200, session.client.get("/amplihack-auth.js").send().status());
        } finally {
            SharedServer.get().mendRedis();
        }
        await(true);
        assertEquals(200, session.user().status());
    }

    private static void await(boolean used) {
        for (int i = 0; i < 600 && balancer.isUsed("one") != used; i++) {
            try {
                Thread.sleep(50);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        assertEquals(used, balancer.isUsed("one"));
    }

    private static String raw(String path) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), balancer.port())) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream()
                    .write(("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                            .getBytes(StandardCharsets.ISO_8859_1));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        }
    }

    /** A server that is well, but breaks the connection instead of answering; counts what it was asked. */
    private static final class Breaking implements AutoCloseable {
        private final ServerSocket socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        private final AtomicInteger requests = new AtomicInteger();
        private final Thread server = new Thread(this::run);

        Breaking() throws IOException {
            server.setDaemon(true);
            server.start();
        }

        int port() {
            return socket.getLocalPort();
        }

        private void run() {
            while (!socket.isClosed()) {
                try (Socket connection = socket.accept()) {
                    byte[] start = connection.getInputStream().readNBytes("GET /health".length());
                    if (new String(start, StandardCharsets.ISO_8859_1).equals("GET /health")) {
                        connection
                                .getOutputStream()
                                .write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
                                        .getBytes(StandardCharsets.ISO_8859_1));
                    } else {
                        requests.incrementAndGet();
                    }
                } catch (IOException closed) {
                    // by the test or the balancer
                }
            }
        }

        /** Waits for the thread too: as long as it is in its accept, the system still takes connections. */
        @Override
        public void close() throws IOException {
            socket.close();
            try {
                server.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
