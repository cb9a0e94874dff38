package com.amplihack.auth.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.http.Client.Answer;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Exchanges at a time: bounded for each subject and in all, and no place is lost however an exchange ends. */
class ProxyLimitsIT extends ProxyFixture {
    private static final int PER_SUBJECT = SharedServer.EXCHANGES_PER_SUBJECT;
    private static final int IN_ALL = SharedServer.EXCHANGES;

    private final List<Socket> open = new ArrayList<>();

    @Test
    void oneSubjectHasItsExchangesAtATimeAndNoMore() throws Exception {
        CountDownLatch done = streamsUntilDone();
        Session greedy = Session.withPermission("chat:write");
        Session other = Session.withPermission("chat:write");
        openStreams(greedy, PER_SUBJECT);

        Answer refused = request(greedy, "POST", CHAT).json("{}").send();
        assertEquals(429, refused.status(), refused::body);
        assertEquals("rate_limited", refused.error());
        assertTrue(Integer.parseInt(refused.header("Retry-After").orElseThrow()) > 0);
        assertEquals(200, request(other, "GET", "/api/user").send().status());
        openStreams(other, 1);

        done.countDown();
        drain();
        assertPlacesAreFree(greedy);
    }

    @Test
    void allTogetherHaveABoundToo() throws Exception {
        CountDownLatch done = streamsUntilDone();
        for (int opened = 0; opened < IN_ALL; opened += PER_SUBJECT) {
            openStreams(Session.withPermission("chat:write"), Math.min(PER_SUBJECT, IN_ALL - opened));
        }
        Session late = Session.withPermission("chat:write");
        Answer refused = request(late, "POST", CHAT).json("{}").send();
        assertEquals(503, refused.status(), refused::body);
        assertEquals("overloaded", refused.error());
        assertTrue(Integer.parseInt(refused.header("Retry-After").orElseThrow()) > 0);

        done.countDown();
        drain();
        assertPlacesAreFree(late);
    }

    @Test
    void anAnswerGivesItsPlaceBack() {
        answer(TestUpstream.answer("200 OK", "", "fine"));
        assertEveryOneGets(200);
    }

    @Test
    void anUpstreamThatClosesGivesThePlaceBack() {
        upstream.script(script, (request, in, out) -> {});
        assertEveryOneGets(502);
    }

    @Test
    void anAnswerThatCannotBeHandedOnGivesThePlaceBack() {
        upstream.script(
                script,
                (request, in, out) ->
                        out.write("HTTP/1.1 200 OK\r\nContent-Length: 1e3\r\n\r\n".getBytes(StandardCharsets.UTF_8)));
        assertEveryOneGets(502);
    }

    @Test
    void aRefusalBeforeAnythingIsSentGivesThePlaceBack() throws Exception {
        answer(TestUpstream.answer("200 OK", "", "fine"));
        Session session = Session.withPermission("chat:write");
        for (int i = 0; i <= PER_SUBJECT; i++) {
            String odd = raw(
                    session, "GET /api/raw/a HTTP/1.1\r\n" + head(session) + "X(Odd): 1\r\nConnection: close\r\n\r\n");
            assertTrue(odd.startsWith("HTTP/1.1 400 "), odd);
            String path = raw(session, "GET /api/raw/a;b HTTP/1.1\r\n" + head(session) + "Connection: close\r\n\r\n");
            assertTrue(path.startsWith("HTTP/1.1 400 "), path);
            try (Socket socket = connect(session)) {
                send(socket, "POST " + CHAT + " HTTP/1.1\r\n" + head(session) + "Content-Length: 2000000\r\n\r\n");
                assertEquals("HTTP/1.1 413 Request Entity Too Large", line(socket));
            }
        }
        assertPlacesAreFree(session);
    }

    @Test
    void aStreamThatBreaksOffGivesThePlaceBack() throws Exception {
        upstream.script(script, (request, in, out) -> {
            out.write(streamHead());
            out.write(TestUpstream.chunk("data: 1\n\n"));
        });
        Session session = Session.withPermission("chat:write");
        for (int i = 0; i <= PER_SUBJECT; i++) {
            String answer = raw(session, post(session, "{}"));
            assertTrue(answer.startsWith("HTTP/1.1 200 "), answer);
        }
        assertPlacesAreFree(session);
    }

    @Test
    void silenceGivesThePlaceBack() throws Exception {
        upstream.script(script, (request, in, out) -> in.read());
        Session session = Session.withPermission("chat:write");
        for (int round = 0; round < 2; round++) {
            List<CompletableFuture<Answer>> answers = new ArrayList<>();
            for (int i = 0; i < PER_SUBJECT; i++) {
                answers.add(CompletableFuture.supplyAsync(
                        () -> request(session, "POST", CHAT).json("{}").send(), task -> new Thread(task).start()));
            }
            for (CompletableFuture<Answer> answer : answers) {
                assertEquals(504, answer.get(20, TimeUnit.SECONDS).status());
            }
        }
        assertPlacesAreFree(session);
    }

    @Test
    void aClientThatGoesGivesThePlaceBack() throws Exception {
        CountDownLatch done = streamsUntilDone();
        Session session = Session.withPermission("chat:write");
        openStreams(session, PER_SUBJECT);
        for (Socket socket : open) {
            socket.close();
        }
        open.clear();
        assertPlacesAreFree(session);
        done.countDown();
    }

    /** One more than have a place, one after the other. */
    private void assertEveryOneGets(int status) {
        Session session = Session.withPermission("chat:write");
        for (int i = 0; i <= PER_SUBJECT; i++) {
            Answer answer = request(session, "POST", CHAT).json("{}").send();
            assertEquals(status, answer.status(), answer::body);
        }
        assertPlacesAreFree(session);
    }

    /** All of the session's places are free within ten seconds: so many streams begin. */
    private void assertPlacesAreFree(Session session) {
        try {
            CountDownLatch done = streamsUntilDone();
            for (int i = 0; i < PER_SUBJECT; i++) {
                openStreams(session, 1);
            }
            done.countDown();
            drain();
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private CountDownLatch streamsUntilDone() {
        CountDownLatch done = new CountDownLatch(1);
        upstream.script(script, (request, in, out) -> {
            out.write(streamHead());
            out.write(TestUpstream.chunk("data: 1\n\n"));
            out.flush();
            for (int i = 0; i < 100 && !done.await(200, TimeUnit.MILLISECONDS); i++) {
                out.write(TestUpstream.chunk(": alive\n\n"));
                out.flush();
            }
            out.write(TestUpstream.chunk(""));
        });
        return done;
    }

    private void openStreams(Session session, int count) throws IOException, InterruptedException {
        for (int i = 0; i < count; i++) {
            String status = "";
            for (int tries = 0; tries < 40 && !status.startsWith("HTTP/1.1 200 "); tries++) {
                if (tries > 0) {
                    Thread.sleep(250); // the place of one that has just ended
                }
                Socket socket = connect(session);
                send(socket, post(session, "{}"));
                status = line(socket);
                open.add(socket);
            }
            assertTrue(status.startsWith("HTTP/1.1 200 "), "no place: " + status);
        }
    }

    private void drain() throws IOException {
        for (Socket socket : open) {
            socket.getInputStream().readAllBytes();
            socket.close();
        }
        open.clear();
    }
}
