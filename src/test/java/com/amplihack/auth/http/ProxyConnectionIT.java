package com.amplihack.auth.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the proxy makes of the client's connection: gone, slow, offering an upgrade, waiting for leave to send. */
class ProxyConnectionIT extends ProxyFixture {
    /** Shorter than the two seconds of silence after which an exchange ends anyway. */
    private static final int SOON = 1_500;

    /** RFC 9113 section 6. */
    private static final int HEADERS = 1;

    private static final int RST_STREAM = 3;
    private static final int SETTINGS = 4;
    private static final int END_STREAM = 1;
    private static final int END_HEADERS = 4;

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aClientThatLeavesEndsTheUpstreamsWork(boolean reset) throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch ended = new CountDownLatch(1);
        upstream.script(script, (request, in, out) -> {
            asked.countDown();
            TestUpstream.awaitEnd(in);
            ended.countDown();
        });
        Session session = Session.withPermission("chat:write");
        try (Socket socket = connect(session)) {
            send(socket, post(session, "{}"));
            assertTrue(asked.await(10, TimeUnit.SECONDS));
            if (reset) {
                socket.setSoLinger(true, 0);
            }
        }
        assertTrue(ended.await(SOON, TimeUnit.MILLISECONDS), "the upstream works on for nobody");
    }

    @Test
    void aClientThatLeavesASilentStreamEndsTheUpstreamsWork() throws Exception {
        CountDownLatch ended = new CountDownLatch(1);
        upstream.script(script, (request, in, out) -> {
            out.write(streamHead());
            out.write(TestUpstream.chunk("data: 1\n\n"));
            out.flush();
            TestUpstream.awaitEnd(in);
            ended.countDown();
        });
        Session session = Session.withPermission("chat:write");
        try (Socket socket = connect(session)) {
            send(socket, post(session, "{}"));
            skipTo(reader(socket), "data: 1");
        }
        assertTrue(ended.await(SOON, TimeUnit.MILLISECONDS), "the upstream works on for nobody");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aStreamOfHttp2ThatIsResetEndsTheUpstreamsWorkAsItsConnectionDoes(boolean reset) throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch ended = new CountDownLatch(1);
        upstream.script(script, (request, in, out) -> {
            asked.countDown();
            TestUpstream.awaitEnd(in);
            ended.countDown();
        });
        Session session = Session.withPermission("chat:write");
        try (Socket socket = connect(session)) {
            OutputStream out = socket.getOutputStream();
            out.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            out.write(frame(SETTINGS, 0, 0, new byte[0]));
            ByteArrayOutputStream headers = new ByteArrayOutputStream();
            for (String[] header : new String[][] {
                {":method", "GET"},
                {":scheme", "http"},
                {":authority", "localhost"},
                {":path", "/api/raw/a"},
                {"user-agent", "Test/1.0"},
                {"x-script", script},
                {"authorization", "Bearer " + session.accessToken},
                {"session-handle", session.handle}
            }) {
                headers.write(0); // a literal with a literal name (RFC 7541 section 6.2.2)
                literal(headers, header[0]);
                literal(headers, header[1]);
            }
            out.write(frame(HEADERS, END_STREAM | END_HEADERS, 1, headers.toByteArray()));
            assertTrue(asked.await(10, TimeUnit.SECONDS));
            if (reset) {
                out.write(frame(RST_STREAM, 0, 1, new byte[] {0, 0, 0, 8}));
                assertTrue(ended.await(SOON, TimeUnit.MILLISECONDS), "the upstream works on for nobody");
            }
        }
        assertTrue(ended.await(SOON, TimeUnit.MILLISECONDS), "the upstream works on for nobody");
    }

    /** RFC 9113 section 4.1. */
    private static byte[] frame(int type, int flags, int stream, byte[] payload) {
        return ByteBuffer.allocate(9 + payload.length)
                .put((byte) (payload.length >> 16))
                .putShort((short) payload.length)
                .put((byte) type)
                .put((byte) flags)
                .putInt(stream)
                .put(payload)
                .array();
    }

    /** RFC 7541 section 5.2, without Huffman's code. */
    private static void literal(ByteArrayOutputStream to, String text) {
        int length = text.length();
        if (length < 127) {
            to.write(length);
        } else {
            to.write(127);
            for (length -= 127; length >= 128; length /= 128) {
                to.write(length % 128 + 128);
            }
            to.write(length);
        }
        to.writeBytes(text.getBytes(StandardCharsets.US_ASCII));
    }

    @Test
    void aNextRequestThatComesEarlyIsNoDepartureAndIsAnsweredInTurn() throws Exception {
        upstream.script(script, (request, in, out) -> {
            Thread.sleep(SOON);
            out.write(TestUpstream.answer("200 OK", "", request.line().contains("/first") ? "first" : "second"));
        });
        Session session = Session.withPermission("chat:write");
        try (Socket socket = connect(session)) {
            send(socket, "GET /api/raw/first HTTP/1.1\r\n" + head(session) + "\r\n");
            Thread.sleep(300);
            send(socket, "GET /api/raw/second HTTP/1.1\r\n" + head(session) + "Connection: close\r\n\r\n");
            String answers = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertTrue(answers.indexOf("\r\n\r\nfirst") > 0, answers);
            assertTrue(answers.indexOf("\r\n\r\nsecond") > answers.indexOf("\r\n\r\nfirst"), answers);
        }
    }

    /** Else two threads read the next request, and a piece of its body is lost. */
    @ParameterizedTest
    @ValueSource(strings = {"Content-Length: 10\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\na\r\n"})
    void aNextRequestIsNotReadBeforeTheAnswerToABodyThatCameInPieces(String framing) throws Exception {
        CountDownLatch first = new CountDownLatch(1);
        CountDownLatch second = new CountDownLatch(1);
        AtomicBoolean mixed = new AtomicBoolean();
        upstream.script(script, (request, in, out) -> {
            if (request.line().startsWith("GET")) {
                second.countDown();
                out.write(TestUpstream.answer("200 OK", "", "second"));
                return;
            }
            first.countDown();
            mixed.set(second.await(SOON, TimeUnit.MILLISECONDS));
            out.write(TestUpstream.answer("200 OK", "", new String(request.body(), StandardCharsets.UTF_8)));
        });
        Session session = Session.withPermission("chat:write");
        try (Socket socket = connect(session)) {
            send(socket, "POST " + CHAT + " HTTP/1.1\r\n" + head(session) + framing);
            for (String piece : List.of("first", " body")) {
                Thread.sleep(200);
                send(socket, piece);
            }
            send(socket, framing.startsWith("T") ? "\r\n0\r\n\r\n" : "");
            assertTrue(first.await(10, TimeUnit.SECONDS));
            send(socket, "GET /api/raw/second HTTP/1.1\r\n" + head(session) + "Connection: close\r\n\r\n");
            String answers = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertTrue(answers.indexOf("\r\n\r\nfirst body") > 0, answers);
            assertTrue(answers.indexOf("\r\n\r\nsecond") > answers.indexOf("first body"), answers);
        }
        assertFalse(mixed.get());
    }

    @Test
    void aConnectionIsWatchedAtItsSecondRequestToo() throws Exception {
        CountDownLatch ended = new CountDownLatch(1);
        upstream.script(script, (request, in, out) -> {
            if (request.line().contains("/first")) {
                out.write(TestUpstream.answer("200 OK", "", "fine"));
                return;
            }
            TestUpstream.awaitEnd(in);
            ended.countDown();
        });
        Session session = Session.withPermission("chat:write");
        try (Socket socket = connect(session)) {
            for (int i = 0; i < 3; i++) {
                send(socket, "GET /api/raw/first HTTP/1.1\r\n" + head(session) + "\r\n");
                BufferedReader reader = reader(socket);
                assertEquals("HTTP/1.1 200 OK", reader.readLine());
                skipTo(reader, "");
                assertEquals(
                        "fine",
                        "" + (char) reader.read() + (char) reader.read() + (char) reader.read() + (char) reader.read());
            }
            send(socket, "GET /api/raw/second HTTP/1.1\r\n" + head(session) + "\r\n");
            Thread.sleep(200);
        }
        assertTrue(ended.await(SOON, TimeUnit.MILLISECONDS), "the upstream works on for nobody");
    }

    @Test
    void steadyProgressOfAnUploadIsNoSilence() throws Exception {
        answer(TestUpstream.answer("200 OK", "", "fine"));
        Session session = Session.withPermission("chat:write");
        try (Socket socket = connect(session)) {
            send(
                    socket,
                    "POST " + CHAT + " HTTP/1.1\r\n" + head(session)
                            + "Content-Length: 8\r\nConnection: close\r\n\r\n");
            for (int i = 0; i < 8; i++) { // longer than the two seconds that an upstream may be silent for
                Thread.sleep(400);
                send(socket, "x");
            }
            assertEquals("HTTP/1.1 200 OK", line(socket));
        }
        assertEquals(8, received().body().length);
    }

    /** The last chunk says that nothing follows, and comes late: longer than two seconds with the upstream's own time. */
    @ParameterizedTest
    @ValueSource(strings = {CHAT, "/api/raw/a"})
    void theUpstreamsSilenceBeginsWhenTheBodyHasArrived(String path) throws Exception {
        upstream.script(script, (request, in, out) -> {
            Thread.sleep(1_300);
            out.write(TestUpstream.answer("200 OK", "", "fine"));
        });
        Session session = Session.withPermission("chat:write");
        try (Socket socket = connect(session)) {
            send(
                    socket,
                    "POST " + path + " HTTP/1.1\r\n" + head(session)
                            + "Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n2\r\n{}\r\n");
            Thread.sleep(1_300);
            send(socket, "0\r\n\r\n");
            assertEquals("HTTP/1.1 200 OK", line(socket));
        }
    }

    @Test
    void aClientThatStopsSendingIsNotTheUpstreamsFault() throws Exception {
        answer(TestUpstream.answer("200 OK", "", "fine"));
        Session session = Session.withPermission("chat:write");
        try (Socket socket = connect(session)) {
            send(
                    socket,
                    "POST " + CHAT + " HTTP/1.1\r\n" + head(session)
                            + "Content-Length: 8\r\nConnection: close\r\n\r\nx");
            assertEquals("HTTP/1.1 400 Bad Request", line(socket));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"websocket", "h2c", "TLS/1.2"})
    void aChunkedBodyEndsThoughItsClientOffersAnUpgrade(String protocol) throws Exception {
        answer(TestUpstream.answer("200 OK", "", "fine"));
        Session session = Session.withPermission("chat:write");
        String answer = raw(
                session,
                "POST " + CHAT + " HTTP/1.1\r\n" + head(session) + "Connection: Upgrade\r\nUpgrade: " + protocol
                        + "\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;a=b\r\nde\r\n0\r\nX-Trailer: 1\r\n\r\n");
        assertTrue(answer.startsWith("HTTP/1.1 200 "), answer);
        assertEquals("abcde", new String(received().body(), StandardCharsets.UTF_8));
    }

    @Test
    void aChunkedBodyThatComesInPiecesEndsThoughItsClientOffersAnUpgrade() throws Exception {
        answer(TestUpstream.answer("200 OK", "", "fine"));
        Session session = Session.withPermission("chat:write");
        try (Socket socket = connect(session)) {
            send(
                    socket,
                    "POST " + CHAT + " HTTP/1.1\r\n" + head(session)
                            + "Connection: Upgrade\r\nUpgrade: websocket\r\nTransfer-Encoding: chunked\r\n\r\n");
            for (String piece : new String[] {"0", "5\r", "\nab", "cd", "e\r\n0\r\n", "\r\n"}) {
                Thread.sleep(50);
                send(socket, piece);
            }
            assertEquals("HTTP/1.1 200 OK", line(socket));
        }
        assertEquals("abcde", new String(received().body(), StandardCharsets.UTF_8));
    }

    @Test
    void aSignInWithAChunkedBodyAndAnUpgradeIsAnswered() throws Exception {
        String username = Session.newUser("user");
        String body = "{\"username\":\"" + username + "\",\"password\":\"" + Session.PASSWORD + "\"}";
        String answer = raw(
                Session.ofNewUser(),
                "POST /auth/login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                        + "Connection: Upgrade\r\nUpgrade: websocket\r\nTransfer-Encoding: chunked\r\n\r\n"
                        + Integer.toHexString(body.length()) + "\r\n" + body + "\r\n0\r\n\r\n");
        assertTrue(answer.startsWith("HTTP/1.1 200 "), answer);
        assertTrue(answer.contains("\"access_token\""), answer);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "x\r\nabc\r\n0\r\n\r\n",
                "3\nabc\n0\n\n",
                "3\r\nabcd\r\n0\r\n\r\n",
                "-1\r\n\r\n",
                "fffffffffffffffff\r\n"
            })
    void aMalformedChunkedBodyWithAnUpgradeIsRefused(String body) throws Exception {
        answer(TestUpstream.answer("200 OK", "", "fine"));
        Session session = Session.withPermission("chat:write");
        String answer = raw(
                session,
                "POST " + CHAT + " HTTP/1.1\r\n" + head(session)
                        + "Connection: Upgrade\r\nUpgrade: websocket\r\nTransfer-Encoding: chunked\r\n\r\n" + body);
        assertTrue(answer.startsWith("HTTP/1.1 400 "), answer);
        assertTrue(received.isEmpty());
    }

    @Test
    void aRefusedBodyThatWaitedForLeaveIsNotReadAsARequest() throws Exception {
        String hidden = "GET /auth/jwks HTTP/1.1\r\nHost: localhost\r\n\r\n";
        assertNoRequestIsReadBehind(
                Session.ofNewUser(),
                "POST " + CHAT + " HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: "
                        + hidden.length() + "\r\n\r\n",
                "401",
                hidden + hidden);
    }

    @Test
    void aBodyBeyondTheLimitThatWaitedForLeaveIsNotReadAsARequest() throws Exception {
        Session session = Session.withPermission("chat:write");
        assertNoRequestIsReadBehind(
                session,
                "POST " + CHAT + " HTTP/1.1\r\n" + head(session)
                        + "Expect: 100-continue\r\nContent-Length: 1048577\r\n\r\n",
                "413",
                "x".repeat(1_048_577) + "GET /auth/jwks HTTP/1.1\r\nHost: localhost\r\n\r\n");
    }

    private void assertNoRequestIsReadBehind(Session session, String request, String status, String rest)
            throws IOException {
        try (Socket socket = connect(session)) {
            send(socket, request);
            BufferedReader reader = reader(socket);
            String line = reader.readLine();
            while (line.startsWith("HTTP/1.1 100 ")) { // the server says so before it asks anybody
                assertEquals("", reader.readLine());
                line = reader.readLine();
            }
            assertTrue(line.startsWith("HTTP/1.1 " + status + " "), line);
            skipTo(reader, "Connection: close");
            try {
                send(socket, rest);
                String more = reader.lines().collect(Collectors.joining("\n"));
                assertFalse(more.contains("HTTP/1.1 "), more);
            } catch (IOException | UncheckedIOException closed) {
                assertFalse(closed.toString().contains("timed out"), closed::toString);
            }
        }
    }
}
