package com.amplihack.auth.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.http.Client.Answer;
import com.amplihack.auth.store.Until;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A server that is told to stop while it answers. */
@Tag("one-store")
class DrainIT {
    private static final String OUTLASTS_EVERY_TEST = "600";

    private final CountDownLatch asked = new CountDownLatch(1);
    private final CountDownLatch mayEnd = new CountDownLatch(1);
    private final CountDownLatch cutOff = new CountDownLatch(1);
    private TestUpstream upstream;

    @BeforeEach
    void script() throws IOException {
        upstream = new TestUpstream();
        upstream.script("whole", (request, in, out) -> {
            asked.countDown();
            mayEnd.await();
            out.write(TestUpstream.answer("200 OK", "Content-Type: text/plain\r\n", "the answer"));
        });
        upstream.script("stream", (request, in, out) -> {
            out.write(ProxyFixture.streamHead());
            out.write(TestUpstream.chunk("data: 1\n\n"));
            out.flush();
            mayEnd.await();
            out.write(TestUpstream.chunk("data: 2\n\n"));
            out.write(TestUpstream.chunk(""));
        });
        upstream.script("endless", (request, in, out) -> {
            out.write(ProxyFixture.streamHead());
            out.write(TestUpstream.chunk("data: 1\n\n"));
            out.flush();
            TestUpstream.awaitEnd(in);
            cutOff.countDown();
        });
    }

    @AfterEach
    void close() {
        mayEnd.countDown();
        upstream.close();
    }

    private ServerProcess start(String grace) {
        return ServerProcess.start(
                        ServerProcess.freePort(),
                        Map.of(
                                "mp.config.profile", "dev",
                                "auth.home",
                                        ServerProcess.freshDirectory("drain").toString(),
                                "auth.store", "memory",
                                "auth.shutdown.grace.seconds", grace,
                                "auth.proxy.upstream", upstream.url(),
                                "enable.jwt.auth", "false",
                                "jwt.key.size", "2048"),
                        Map.of())
                .ready();
    }

    /** Sends a request to the upstream's script, over a connection that this side would keep. */
    private static Socket ask(ServerProcess server, String script) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port());
        ProxyFixture.send(
                socket,
                "POST " + ProxyFixture.CHAT + " HTTP/1.1\r\nHost: localhost\r\nX-Script: " + script
                        + "\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}");
        socket.setSoTimeout(60_000);
        return socket;
    }

    private static String untilClosed(Socket socket) throws IOException {
        return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    @Test
    void whatWasAcceptedIsAnsweredBeforeTheExit() throws Exception {
        ServerProcess server = start(OUTLASTS_EVERY_TEST);
        Client client = new Client(server.port());
        try (Socket whole = ask(server, "whole");
                Socket stream = ask(server, "stream")) {
            asked.await();
            ProxyFixture.reader(stream).readLine(); // it has begun
            server.terminate();
            Until.holds("it drains", () -> client.get("/health/ready").send().status() == 503);

            assertTrue(client.get("/health/ready").send().body().contains("draining"));
            assertEquals(200, client.get("/health/live").send().status());
            Answer fresh = client.get("/auth/jwks").send();
            assertEquals(200, fresh.status(), "who comes meanwhile is served");
            assertEquals("close", fresh.header("Connection").orElse("").toLowerCase(Locale.ROOT));

            mayEnd.countDown();
            assertTrue(untilClosed(whole).endsWith("the answer"));
            String rest = untilClosed(stream);
            assertTrue(rest.contains("data: 2") && rest.endsWith("\r\n0\r\n\r\n"), rest);
        }
        assertEquals(143, server.exitCode(), "and then it waits no longer");
    }

    @Test
    @Tag("full")
    void aStreamThatOutlivesTheGraceIsCutOffAndNotEnded() throws Exception {
        ServerProcess server = start("1");
        try (Socket stream = ask(server, "endless")) {
            ProxyFixture.reader(stream).readLine();

            server.terminate();

            String rest = untilClosed(stream);
            assertFalse(rest.endsWith("\r\n0\r\n\r\n"), "half an answer must not look whole: " + rest);
            assertTrue(cutOff.await(20, TimeUnit.SECONDS), "the upstream works on for nobody");
        }
        assertEquals(143, server.exitCode());
    }
}
