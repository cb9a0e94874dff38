package com.amplihack.auth.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What browsers and SDKs send along, beside what is ours: it costs nobody a session. */
class OtherPeoplesHeadersIT {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "theme=\"dark; %s",
                "p={\"a\":\"b; c\"}; %s",
                "p={\"a\":\"b\\n\"}; %s",
                "a=b,c; %s; d=\"",
                "city=Z\u00c3\u00bcrich; %s",
                "x=\u00ff\u0080; %s",
                "$Version=1; %s; $Path=\"/",
                "=; ;; (=\"; %s"
            })
    void aCookieOfOthersCostsNobodyTheSession(String cookies) throws IOException {
        Session session = Session.ofNewUser();
        for (int i = 0; i < 2; i++) { // a bare token would be good once
            String answer = send(
                    session.client,
                    "GET /api/user",
                    "User-Agent: Test/1.0\r\nAuthorization: Bearer " + session.accessToken + "\r\nCookie: "
                            + cookies.formatted("session_id=" + session.handle) + "\r\n");
            assertTrue(answer.startsWith("HTTP/1.1 200 "), answer);
        }
        String refreshed = send(
                session.client,
                "POST /auth/refresh",
                "User-Agent: Test/1.0\r\nContent-Length: 0\r\nCookie: "
                        + cookies.formatted("session_id=" + session.handle + "; refresh_token=" + session.refreshToken)
                        + "\r\n");
        assertTrue(refreshed.startsWith("HTTP/1.1 200 "), refreshed);
    }

    @ParameterizedTest
    @ValueSource(strings = {"User-Agent: a\u00c3\u00ab", "X-Anything: \u0080\u00ff", "Referer: http://a/\u00e9"})
    void bytesAbove0x7FInAHeaderAreNoReasonToRefuse(String header) throws IOException {
        Client client = new Client();
        String body = "{\"username\":\"" + Session.newUser("user") + "\",\"password\":\"" + Session.PASSWORD + "\"}";
        String answer = send(
                client,
                "POST /auth/login",
                header + "\r\nContent-Type: application/json\r\nContent-Length: " + body.length() + "\r\n",
                body);
        assertTrue(answer.startsWith("HTTP/1.1 200 "), answer);
        assertTrue(send(client, "GET /auth/jwks", header + "\r\n").startsWith("HTTP/1.1 200 "));
    }

    @Test
    void bytesAbove0x7FDoNotStopTheProxy() throws IOException {
        Session session = Session.withPermission("chat:write");
        String body = "{\"model\":\"m\",\"messages\":[]}";
        String answer = send(
                session.client,
                "POST /api/chat/completions",
                "User-Agent: Test/1.0\r\nX-Anything: \u00c3\u00ab\r\nAuthorization: Bearer " + session.accessToken
                        + "\r\nCookie: city=Z\u00c3\u00bcrich; session_id=" + session.handle
                        + "\r\nContent-Type: application/json\r\nContent-Length: " + body.length() + "\r\n",
                body);
        assertTrue(answer.endsWith("no script"), () -> "the upstream's own answer: " + answer);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"X: a\u0000b", "X: a\u007f", "X: a\u0001", "X: a\rb", "X: a\nY: b", "X: a\u000b", "X\u0000: a"})
    void controlCharactersAreStillRefused(String header) throws IOException {
        String answer = send(new Client(), "GET /auth/jwks", header + "\r\n");
        assertTrue(answer.startsWith("HTTP/1.1 400 "), answer);
    }

    /** RFC 9110 section 10.1.1: the connector says 100 before we see the request; the final answer is the refusal, once. */
    @Test
    void aBodyThatIsAnnouncedAndRefusedIsNotTakenForTheNextRequest() throws IOException {
        String body = "GET /auth/jwks HTTP/1.1\r\nHost: a\r\n\r\n".repeat(20_000);
        String expect =
                "Content-Type: application/json\r\nContent-Length: " + body.length() + "\r\nExpect: 100-continue\r\n";
        assertEquals("413", finalStatus(send(new Client(), "POST /auth/login", expect, body)));
        assertEquals("401", finalStatus(send(new Client(), "POST /api/chat/completions", expect, body)));
        assertEquals("401", finalStatus(send(new Client(), "POST /auth/verify", expect, body)));
    }

    private static String finalStatus(String answer) {
        String rest = answer.replaceFirst("^HTTP/1\\.1 100 [^\r]*\r\n\r\n", "");
        assertEquals(1, rest.split("HTTP/1\\.1 ", -1).length - 1, answer);
        return rest.substring("HTTP/1.1 ".length(), "HTTP/1.1 ".length() + 3);
    }

    private static String send(Client client, String methodAndPath, String headers) throws IOException {
        return send(client, methodAndPath, headers, "");
    }

    private static String send(Client client, String methodAndPath, String headers, String body) throws IOException {
        try (Socket socket = new Socket(
                InetAddress.getByName("127.0.0.1"),
                SharedServer.get().port(),
                InetAddress.getByName(client.address()),
                0)) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream()
                    .write((methodAndPath + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" + headers + "\r\n"
                                    + body)
                            .getBytes(StandardCharsets.ISO_8859_1));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        }
    }
}
