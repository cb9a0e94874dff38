package com.amplihack.auth.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.http.Client.Answer;
import com.amplihack.auth.http.TestAuthority;
import com.amplihack.auth.store.Until;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.security.cert.Certificate;
import java.util.List;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How Payara Server stops while it answers, when it need not, what it answers without the service and without its store. */
@Tag("full")
@Tag("one-store")
class ServerStopIT {
    private static final String BODY = "{\"username\":\"nobody\",\"password\":\"any\"}";

    private final PayaraServer server = PayaraServer.get();
    private ProcessHandle stopped;

    @ParameterizedTest
    @ValueSource(strings = {"stop-domain", "SIGTERM"})
    void whatWasAcceptedIsAnsweredBeforeTheServerStops(String how) throws Exception {
        ProcessHandle process = process();
        stopped = process;
        try (SSLSocket socket = (SSLSocket)
                server.authority().anonymous().getSocketFactory().createSocket("localhost", server.httpsPort())) {
            socket.setSoTimeout(60_000);
            send(
                    socket,
                    "POST /auth/login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: "
                            + BODY.length() + "\r\n\r\n");
            Thread.sleep(1000); // until the server waits for the body
            Thread stop = new Thread(() -> {
                if (how.equals("SIGTERM")) {
                    process.destroy();
                } else {
                    server.asadmin("stop-domain", "amplihack");
                }
            });
            stop.start();
            Until.holds(
                    "it drains",
                    () -> server.operations().get("/health/ready").send().body().contains("draining"));
            Thread.sleep(3000); // Payara alone cuts requests after one second

            send(socket, BODY);

            String answer = new String(socket.getInputStream().readNBytes(12), StandardCharsets.UTF_8);
            assertEquals("HTTP/1.1 401", answer);
            stop.join();
            process.onExit().join();
        }
    }

    @AfterEach
    void itRunsAgain() {
        if (stopped != null) {
            stopped.onExit().join();
            server.asadmin("start-domain", "amplihack");
            server.functions("ready 240");
        }
    }

    private static void send(SSLSocket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
        socket.getOutputStream().flush();
    }

    private ProcessHandle process() throws IOException {
        String pid = Files.readString(server.domain().resolve("config/pid"));
        return ProcessHandle.of(Long.parseLong(pid.strip())).orElseThrow();
    }

    @Test
    void whileTheServiceIsNotDeployedEveryPathIs503WithoutTheServersName() {
        server.asadmin("disable", "amplihack-auth");
        try {
            for (String path : List.of("/", "/auth/jwks", "/auth/login", "/nothing", "/error", "/page.jsp")) {
                for (String method : List.of("GET", "POST", "PUT", "DELETE")) {
                    Answer answer = server.client().request(method, path).send();
                    assertEquals(503, answer.status(), method + path);
                    assertEquals("store_unavailable", answer.error(), path);
                    assertTrue(answer.header("Retry-After").isPresent(), path);
                    assertFalse(answer.toString().contains("Payara"), answer.toString());
                }
            }
        } finally {
            server.asadmin("enable", "amplihack-auth");
        }
        assertEquals("not_found", server.client().get("/nothing").send().error(), "its own pages are as before");
    }

    @Test
    void aRedisThatIsNotThereAtAStartMayComeLater() throws IOException {
        server.redis().kill();
        try {
            server.asadmin("restart-domain", "amplihack");
            String reason = "No Redis answers at localhost:" + server.redis().port();
            Until.holds("it waits", () -> health("ready").body().contains(reason));
            assertEquals(503, health("ready").status());
            assertEquals(200, health("live").status());
            // while the service comes, Payara answers an empty 500 of its own
            Until.holds("it tells clients so", () -> keySet().body().contains("store_unavailable"));
            assertEquals(503, keySet().status());
            assertTrue(keySet().header("Retry-After").isPresent());
        } finally {
            server.redis().restart();
        }
        Until.holds("it is ready", () -> health("ready").status() == 200);
        assertEquals(200, server.login(server.client()).status());
    }

    private Answer health(String which) {
        return answer(() -> server.operations().get("/health/" + which).send());
    }

    private Answer keySet() {
        return answer(() -> server.client().get("/auth/jwks").send());
    }

    private static Answer answer(Supplier<Answer> request) {
        try {
            return request.get();
        } catch (UncheckedIOException notYet) {
            return new Answer(0, List.of(), "");
        }
    }

    @Test
    void aCertificateIsReadWithoutARestartAndOneThatIsServedAlreadyNotAgain() throws IOException {
        ProcessHandle process = process();
        TestAuthority.Identity renewed = server.authority().rsaServer();
        server.putCertificate(renewed, PayaraServer.STORE_PASSWORD);

        server.script("certificate.sh");

        assertEquals(
                renewed.certificate(),
                served(server.httpsPort(), server.authority().anonymous()));
        assertEquals(
                renewed.certificate(),
                served(
                        server.servicesPort(),
                        server.services().client(PayaraServer.SERVICE_SUBJECT).context(server.authority())));
        assertEquals(200, server.client().get("/auth/jwks").send().status());
        assertTrue(server.script("certificate.sh").contains("Nothing has changed"));
        assertEquals(process, process());
    }

    private static Certificate served(int port, SSLContext context) throws IOException {
        try (SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket("localhost", port)) {
            return socket.getSession().getPeerCertificates()[0];
        }
    }
}
