package com.amplihack.auth.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.http.Client.Answer;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What no client library would send, byte by byte. */
@Tag("fault-28")
class BadInputIT {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /auth/jwks%00 HTTP/1.1",
                "GET /auth/%ff HTTP/1.1",
                "GET /auth/jwks HTTP/1.1\r\nX-Large: LARGE"
            })
    void whatTheConnectorRefusesIsA400AndNeverAServerError(String request) throws IOException {
        String status = statusOf(request.replace("LARGE", "x".repeat(9000)));

        assertTrue(status.startsWith("HTTP/1.1 400"), status);
    }

    @ParameterizedTest
    @ValueSource(strings = {"TRACE", "FOO", "PROPFIND"})
    void anUnknownMethodIsRefused(String method) throws IOException {
        String status = statusOf(method + " /auth/login HTTP/1.1");

        assertTrue(status.matches("HTTP/1.1 (400|405|501).*"), status);
    }

    @Test
    void aBodyThatIsLongerThanItSaysItMayBeIsCutOff() throws IOException {
        String chunk = "10000\r\n" + "x".repeat(0x10000) + "\r\n";
        String answer = raw("POST /auth/login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                + "Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n" + chunk + chunk + "0\r\n\r\n");

        assertTrue(answer.startsWith("HTTP/1.1 413"), answer);
        assertTrue(answer.contains("\"error\":\"too_large\""), answer);
    }

    /** Payara ends the body of such a request by the connection alone: the answer would wait for that. */
    @Test
    void aBodyIsReadThoughItsClientOffersAnUpgrade() throws IOException {
        String body = "{\"username\":1}";
        String answer = raw("POST /auth/login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                + "Connection: close, Upgrade\r\nUpgrade: websocket\r\nContent-Length: " + body.length() + "\r\n\r\n"
                + body);

        assertTrue(answer.startsWith("HTTP/1.1 400"), answer);
        assertTrue(answer.contains("username: "), answer);
    }

    @Test
    void nothingMalformedIsEverHashedOrAuditedAsALogin() throws IOException {
        Client client = new Client();
        for (String body : List.of("{}", "[]", "{\"username\":\"a\",\"password\":[1]}", "{\"username\":1e999999999}")) {
            assertEquals(400, client.post("/auth/login").json(body).send().status(), body);
        }

        String audit = SharedServer.get().auditFile();
        assertFalse(audit.contains("\"ip_address\":\"" + client.address() + "\""));
    }

    /** As PowerShell and Notepad write it (RFC 8259 section 8.1). */
    @Test
    void aByteOrderMarkInFrontOfAJsonBodyIsIgnored() {
        String username = Session.newUser("user");
        String json = "\ufeff{\"username\":\"" + username + "\",\"password\":\"" + Session.PASSWORD + "\"}";
        Answer login = new Client().post("/auth/login").json(json).send();
        assertEquals(200, login.status(), login::body);

        Session admin = Session.admin();
        Answer made = admin.with(admin.client.post("/admin/api/users"))
                .json("\ufeff{\"username\":\"" + username + "-b\"}")
                .send();
        assertEquals(201, made.status(), made::body);
        for (String twice : List.of("\ufeff\ufeff{}", "{}\ufeff", "\ufeff{\"username\":\ufeff1}")) {
            assertEquals(
                    400, new Client().post("/auth/login").json(twice).send().status());
        }
    }

    @Test
    void badQueriesAreRefusedByName() {
        Session admin = Session.admin();
        for (String query : List.of("limit=-1", "limit=1e3", "limit=%00", "cursor=%C3%28")) {
            Answer answer =
                    admin.with(admin.client.get("/admin/api/users?" + query)).send();
            assertEquals(400, answer.status(), query);
        }
    }

    private static String statusOf(String requestLine) throws IOException {
        return raw(requestLine + "\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                .lines()
                .findFirst()
                .orElse("");
    }

    private static String raw(String request) throws IOException {
        try (Socket socket = new Socket("127.0.0.1", SharedServer.get().port())) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
