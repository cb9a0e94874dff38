package com.amplihack.auth.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.amplihack.auth.http.Client.Answer;
import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpServer;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code server-config/nginx/nginx.conf} as it is shipped, but for its addresses, in front of a server of its own. */
class NginxIT {
    /** Of {@link SharedServer#TRUSTED_PROXIES}. */
    private static final String NGINX_ADDRESS = "127.9.8.7";

    private static final BlockingQueue<Headers> RECEIVED = new LinkedBlockingQueue<>();

    private static HttpServer app;
    private static Process nginx;
    private static int port;

    @BeforeAll
    static void start() throws Exception {
        Optional<Path> program = Program.find("nginx");
        assumeTrue(program.isPresent(), "No nginx here: the sample configuration is not tried.");
        app = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        app.createContext("/", exchange -> {
            RECEIVED.add(exchange.getRequestHeaders());
            boolean fails = exchange.getRequestURI().getPath().equals("/fails");
            byte[] body = "app".getBytes(StandardCharsets.UTF_8);
            exchange.getRequestBody().readAllBytes();
            exchange.sendResponseHeaders(fails ? 500 : 200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        app.start();
        port = ServerProcess.freePort();
        nginx = start(program.get(), SharedServer.get().port());
    }

    @AfterAll
    static void stop() throws InterruptedException {
        if (nginx != null) {
            nginx.destroy();
            nginx.waitFor();
            app.stop(0);
        }
    }

    @BeforeEach
    void forget() {
        RECEIVED.clear();
    }

    @Test
    void anAdmittedRequestReachesTheApplicationWhichLearnsWhoAsks() {
        Session session = signIn("orders:read");
        Answer answer = session.with(through(session, "POST", "/orders/1?permission=nobody:has"))
                .cookie("theme", "dark")
                .json("{}")
                .send();
        assertEquals(200, answer.status(), answer::body);
        assertEquals("app", answer.body());
        assertTrue(answer.header("RateLimit").isPresent());
        assertTrue(answer.header("RateLimit-Policy").isPresent());
        Headers received = RECEIVED.remove();
        assertEquals(session.claims().getString("sub"), received.getFirst("X-Auth-Subject"));
        assertEquals(session.username, received.getFirst("X-Auth-Username"));
        assertEquals("user", received.getFirst("X-Auth-Roles"));
        assertEquals("orders:read", received.getFirst("X-Auth-Permissions"));
        assertEquals(session.claims().getString("sid"), received.getFirst("X-Auth-Session"));
        assertEquals(36, received.getFirst("X-Request-Id").length());
    }

    @Test
    void credentialsStayAtNginxAndAClientCannotNameItself() {
        Session session = signIn();
        Answer answer = through(session, "GET", "/")
                .bearer(session.accessToken)
                .header("Session-Handle", session.handle)
                .header("Cookie", "a=b; session_id=" + session.handle + "; theme=dark")
                .header("X-Auth-Subject", "somebody-else")
                .header("X-Auth-Roles", "admin")
                .header("X-Auth-Permissions", "everything:write")
                .header("X-Auth-Email", "root@example.com")
                .header("X_Auth_Subject", "root")
                .header("X_Auth-Groups", "root")
                .header("Accept-Language", "de")
                .send();
        assertEquals(200, answer.status(), answer::body);
        Headers received = RECEIVED.remove();
        assertEquals(
                List.of("X-auth-roles", "X-auth-session", "X-auth-subject", "X-auth-username"),
                received.keySet().stream()
                        .filter(name -> name.toLowerCase(Locale.ROOT).matches("x[-_]auth.*"))
                        .sorted()
                        .toList(),
                "a header that the answer has empty, and those that it does not have, do not arrive at all");
        assertEquals("de", received.getFirst("Accept-Language"));
        assertNull(received.getFirst("Authorization"));
        assertNull(received.getFirst("Session-Handle"));
        assertEquals(List.of("a=b; theme=dark"), received.get("Cookie"));
        assertEquals(List.of(session.claims().getString("sub")), received.get("X-Auth-Subject"));
        assertEquals(List.of("user"), received.get("X-Auth-Roles"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"Authorization", "x-api-key"})
    void anApiKeyIsAdmittedAndStaysAtNginx(String header) {
        Session owner = Session.withPermission("orders:read");
        JsonObject made = owner.with(owner.client.post("/auth/api-keys"))
                .json("{\"name\":\"x\"}")
                .send()
                .json();
        String key = made.getString("key");

        Answer answer = new Client(port)
                .get("/orders/1")
                .header(header, header.equals("Authorization") ? "Bearer " + key : key)
                .header("X-Auth-Key", "somebody-else")
                .header("X-Auth-Session", "somebody-else")
                .send();

        assertEquals(200, answer.status(), answer::body);
        Headers received = RECEIVED.remove();
        assertEquals(List.of(made.getString("key_id")), received.get("X-Auth-Key"));
        assertEquals(List.of(owner.username), received.get("X-Auth-Username"));
        assertNull(received.getFirst("X-Auth-Session"));
        assertNull(received.getFirst(header));
    }

    @Test
    void withoutATokenNothingPasses() {
        Answer answer = new Client(port).get("/").send();
        assertEquals(401, answer.status());
        assertEquals(
                "Bearer realm=\"amplihack\"", answer.header("WWW-Authenticate").orElseThrow());
        assertEquals("application/problem+json", answer.header("Content-Type").orElseThrow());
        assertEquals("invalid_token", answer.error());
        assertTrue(RECEIVED.isEmpty());
    }

    @Test
    void aReplayedTokenIsRefused() {
        Session session = signIn();
        assertEquals(
                200,
                through(session, "GET", "/").bearer(session.accessToken).send().status());
        Answer replayed =
                through(session, "GET", "/").bearer(session.accessToken).send();
        assertEquals(401, replayed.status());
        assertEquals(
                "Bearer realm=\"amplihack\", error=\"invalid_token\"",
                replayed.header("WWW-Authenticate").orElseThrow());
        assertEquals(1, RECEIVED.size());
    }

    @Test
    void aTokenIsBoundToTheClientBehindNginx() {
        Session session = signIn();
        Client thief = new Client(port);
        Answer answer = session.with(thief.get("/")).send();
        assertEquals(401, answer.status());
        assertTrue(RECEIVED.isEmpty());
        assertEquals(200, session.with(through(session, "GET", "/")).send().status());
    }

    @Test
    void aClientCannotChooseItsAddress() {
        Session session = signIn();
        Client thief = new Client(port);
        Answer answer = session.with(thief.get("/"))
                .header("X-Forwarded-For", session.client.address())
                .header("Forwarded", "for=" + session.client.address())
                .send();
        assertEquals(401, answer.status());
        assertTrue(RECEIVED.isEmpty());
    }

    @Test
    void aMissingPermissionIsA403() {
        Session session = signIn("orders:write");
        Answer answer = session.with(through(session, "GET", "/orders/1")).send();
        assertEquals(403, answer.status());
        assertEquals("insufficient_permissions", answer.error());
        assertEquals(
                "Bearer realm=\"amplihack\", error=\"insufficient_scope\"",
                answer.header("WWW-Authenticate").orElseThrow());
        assertTrue(RECEIVED.isEmpty());
        assertEquals(200, session.with(through(session, "GET", "/else")).send().status());
    }

    @Test
    void tooManyRequestsStay429() {
        Session session = signIn();
        Answer last = session.with(through(session, "GET", "/")).send();
        for (int i = 0; i < 200 && last.status() == 200; i++) {
            last = session.with(through(session, "GET", "/")).send();
        }
        assertEquals(429, last.status(), last::body);
        assertEquals("rate_limited", last.error());
        assertTrue(Integer.parseInt(last.header("Retry-After").orElseThrow()) > 0);
        assertTrue(last.header("RateLimit").orElseThrow().contains("r=0"));
        assertTrue(last.header("RateLimit-Policy").isPresent());
    }

    @Test
    void twoAuthorizationHeadersAreABadRequest() throws IOException {
        Session session = signIn();
        String answer = raw("GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer "
                + session.accessToken + "\r\nAuthorization: Bearer x\r\n\r\n");
        assertTrue(answer.startsWith("HTTP/1.1 400 "), answer);
        assertTrue(RECEIVED.isEmpty());
    }

    @Test
    void theApplicationsOwnErrorsStayItsOwn() {
        Session session = signIn();
        Answer answer = session.with(through(session, "GET", "/fails")).send();
        assertEquals(500, answer.status());
        assertEquals("app", answer.body());
    }

    @Test
    void verifyItselfIsNotForTheOutside() {
        Session session = signIn();
        assertEquals(
                404,
                session.with(through(session, "GET", "/auth/verify")).send().status());
        assertEquals(
                404, session.with(through(session, "GET", "/_verify")).send().status());
    }

    @ParameterizedTest
    @ValueSource(strings = {"/%zz", "/orders/%", "/%u0041", "/orders/%zz?permission=x", "/../x"})
    void aPathThatCannotBeReadPassesNobody(String path) throws IOException {
        String answer = raw("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        assertTrue(answer.matches("(?s)HTTP/1\\.1 (400|401) .*"), answer);
        assertTrue(RECEIVED.isEmpty());
    }

    @Test
    void anEmpty200AdmitsNobody() throws Exception {
        int shared = port;
        port = ServerProcess.freePort();
        Process alone =
                start(Program.find("nginx").orElseThrow(), app.getAddress().getPort());
        try {
            Answer answer = new Client(port).get("/orders/1").bearer("any").send();
            assertEquals(502, answer.status());
            assertEquals(1, RECEIVED.size(), "only the question was asked");
        } finally {
            alone.destroy();
            port = shared;
        }
    }

    @Test
    void whenNobodyAnswersAtVerifyNothingPasses() throws Exception {
        int silent = ServerProcess.freePort();
        int shared = port;
        port = ServerProcess.freePort();
        Process alone = start(Program.find("nginx").orElseThrow(), silent);
        try {
            Answer answer = new Client(port).get("/").bearer("any").send();
            assertEquals(503, answer.status());
            assertTrue(RECEIVED.isEmpty());
        } finally {
            alone.destroy();
            port = shared;
        }
    }

    private static Session signIn(String... permissions) {
        return Session.through(port, permissions);
    }

    private static Client.Request through(Session session, String method, String path) {
        return session.client.request(method, path);
    }

    private static Process start(Path program, int authPort) throws Exception {
        String configuration = Files.readString(Path.of("server-config/nginx/nginx.conf"));
        Path directory = ServerProcess.freshDirectory("nginx");
        StringBuilder ours = new StringBuilder("http {\nproxy_bind " + NGINX_ADDRESS + ";\naccess_log off;\n");
        for (String kind : List.of("client_body", "proxy", "fastcgi", "uwsgi", "scgi")) {
            ours.append(kind).append("_temp_path ").append(kind).append(";\n");
        }
        configuration = replaced(configuration, "http {", ours.toString());
        configuration = replaced(configuration, "127.0.0.1:8080", "127.0.0.1:" + authPort);
        configuration = replaced(
                configuration, "127.0.0.1:3000", "127.0.0.1:" + app.getAddress().getPort());
        configuration = replaced(configuration, "127.0.0.1:8088", "127.0.0.1:" + port);
        Path file = Files.writeString(directory.resolve("nginx.conf"), configuration);
        Path log = directory.resolve("error.log");
        Process process = new ProcessBuilder(
                        program.toString(),
                        "-p",
                        directory.toString(),
                        "-c",
                        file.toString(),
                        "-e",
                        log.toString(),
                        "-g",
                        "daemon off;")
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("output.log").toFile())
                .start();
        for (int i = 0; i < 100 && process.isAlive(); i++) {
            try (Socket reached = new Socket(InetAddress.getLoopbackAddress(), port)) {
                return process;
            } catch (IOException notYet) {
                TimeUnit.MILLISECONDS.sleep(100);
            }
        }
        process.destroy();
        throw new AssertionError("nginx did not start:\n" + Files.readString(log));
    }

    private static String replaced(String configuration, String shipped, String ours) {
        assertTrue(configuration.contains(shipped), () -> "nginx.conf holds " + shipped);
        return configuration.replace(shipped, ours);
    }

    private static String raw(String request) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        }
    }
}
