package com.amplihack.auth.http;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import com.amplihack.auth.http.TestUpstream.Received;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Sends requests through the shared server's proxy to an upstream that each test scripts. */
abstract class ProxyFixture {
    static final String CHAT = "/api/chat/completions";

    final TestUpstream upstream = SharedServer.get().upstream();
    final String script = UUID.randomUUID().toString();
    final BlockingQueue<Received> received = new LinkedBlockingQueue<>();

    void answer(byte[] bytes) {
        upstream.script(script, (request, in, out) -> {
            received.add(request);
            out.write(bytes);
        });
    }

    Received received() {
        try {
            Received request = received.poll(10, TimeUnit.SECONDS);
            assertNotNull(request, "nothing reached the upstream");
            return request;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    Client.Request request(Session session, String method, String path) {
        return session.with(session.client.request(method, path)).header("X-Script", script);
    }

    static byte[] streamHead() {
        return "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
                .getBytes(StandardCharsets.UTF_8);
    }

    String post(Session session, String body) {
        return "POST " + CHAT + " HTTP/1.1\r\n" + head(session)
                + "Content-Type: application/json\r\nConnection: close\r\nContent-Length: " + body.length()
                + "\r\n\r\n" + body;
    }

    /** The headers that every raw request of that session carries. */
    String head(Session session) {
        return "Host: localhost:" + SharedServer.get().port() + "\r\nUser-Agent: Test/1.0\r\nX-Script: " + script
                + "\r\nAuthorization: Bearer " + session.accessToken + "\r\nSession-Handle: " + session.handle + "\r\n";
    }

    static Socket connect(Session session) throws IOException {
        return new Socket(
                InetAddress.getByName("127.0.0.1"),
                SharedServer.get().port(),
                InetAddress.getByName(session.client.address()),
                0);
    }

    static void send(Socket socket, String text) throws IOException {
        socket.setSoTimeout(10_000);
        socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
    }

    static String line(Socket socket) throws IOException {
        return reader(socket).readLine();
    }

    static BufferedReader reader(Socket socket) throws IOException {
        return new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
    }

    static void skipTo(BufferedReader reader, String wanted) throws IOException {
        for (String line = reader.readLine(); ; line = reader.readLine()) {
            assertNotNull(line, "the answer ended before " + wanted);
            if (line.equals(wanted)) {
                return;
            }
        }
    }

    /** Reads a stream up to that line, tells the upstream so, and sees its connection end without the last chunk. */
    static void assertBrokenOffAfter(String line, Session session, String request, CountDownLatch seen)
            throws IOException {
        try (Socket socket = connect(session)) {
            send(socket, request);
            BufferedReader reader = reader(socket);
            skipTo(reader, line);
            seen.countDown();
            List<String> rest = reader.lines().toList();
            assertFalse(rest.contains("0"), rest.toString());
        }
    }

    /** Everything that comes back until the server closes the connection. */
    static String raw(Session session, String text) throws IOException {
        try (Socket socket = connect(session)) {
            send(socket, text);
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
