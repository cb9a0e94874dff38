package com.amplihack.auth.attacks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.http.Client;
import com.amplihack.auth.http.Client.Answer;
import com.amplihack.auth.http.Session;
import com.amplihack.auth.http.SharedServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A token that somebody else has: from another address, with another user agent, without the session or with a wrong one. */
@Tag("store")
class BindingAttackIT {
    private static final String STRANGERS_HANDLE = "A".repeat(43);

    @Test
    void aWrongProofIsNeverNoProof() {
        Session session = Session.ofNewUser();

        Answer answer = session.client
                .get("/api/user")
                .bearer(session.accessToken)
                .cookie("session_id", STRANGERS_HANDLE)
                .send();

        assertEquals("binding_mismatch", answer.error());
        assertEquals(200, session.bareUser().status(), "the refusal must not burn the token");
    }

    @Test
    void aCookieTossedInFrontOfOursDoesNoHarm() {
        Session session = Session.ofNewUser();

        Answer answer = session.client
                .get("/api/user")
                .bearer(session.accessToken)
                .header("Cookie", "session_id=" + STRANGERS_HANDLE + "; session_id=" + session.handle)
                .send();

        assertEquals(200, answer.status());
    }

    @Test
    @Tag("fault-20")
    void anotherOrMissingUserAgentIsAMismatchAndTheSessionLives() {
        Session session = Session.ofNewUser();

        Answer other = session.with(session.client.get("/api/user"))
                .header("User-Agent", "Other/2.0")
                .send();

        assertEquals(401, other.status());
        assertEquals("binding_mismatch", other.error());
        assertEquals(200, session.user().status());
    }

    @Test
    void anotherAddressIsAMismatch() {
        Session session = Session.ofNewUser();

        Answer elsewhere = session.with(new Client().get("/api/user")).send();

        assertEquals("binding_mismatch", elsewhere.error());
    }

    @Test
    @Tag("fault-20")
    void withoutAUserAgentTheCheckIsNotSkipped() throws IOException {
        Session session = Session.ofNewUser();
        try (Socket socket = new Socket(
                InetAddress.getByName("127.0.0.1"),
                SharedServer.get().port(),
                InetAddress.getByName(session.client.address()),
                0)) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream()
                    .write(("GET /api/user HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer "
                                    + session.accessToken + "\r\nSession-Handle: " + session.handle + "\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertTrue(answer.startsWith("HTTP/1.1 401 "), answer);
            assertTrue(answer.contains("\"binding_mismatch\""), answer);
        }
        assertEquals(200, session.user().status());
    }

    @Test
    void anAddressInAHeaderIsNoAddress() {
        Session session = Session.ofNewUser();
        for (String name : List.of("X-Forwarded-For", "X-Real-IP", "Forwarded", "True-Client-IP", "CF-Connecting-IP")) {
            String value = (name.equals("Forwarded") ? "for=" : "") + session.client.address();
            Answer answer = session.with(new Client().get("/api/user"))
                    .header(name, value)
                    .send();
            assertEquals("binding_mismatch", answer.error(), name);
        }
    }

    @Test
    void aCookieThatIsNoHandleProvesNothing() {
        Session session = Session.ofNewUser();
        String sid = session.claims().getString("sid");
        for (String cookie : List.of(sid, session.handle.substring(1), session.handle + "A", "", "x")) {
            Answer answer = session.client
                    .get("/api/user")
                    .bearer(session.accessToken)
                    .cookie("session_id", cookie)
                    .send();
            assertTrue(answer.status() == 200 || answer.status() == 401, cookie);
            if (answer.status() == 200) { // absent: that was the one bare use
                assertEquals("token_replayed", session.bareUser().error());
                session.accessToken = refreshed(session);
            }
        }
    }

    @Test
    void aNameWithAPrefixIsAnotherCookie() {
        Session session = Session.ofNewUser();
        for (String name : List.of("__Host-session_id", "__Secure-session_id", "SESSION_ID", "session_id2")) {
            session.accessToken = refreshed(session);
            Answer bare = session.client
                    .get("/api/user")
                    .bearer(session.accessToken)
                    .cookie(name, session.handle)
                    .send();
            assertEquals(200, bare.status(), name);
            assertEquals("token_replayed", session.user().error(), name + " counted as no proof: the token is burnt");
        }
    }

    private static String refreshed(Session session) {
        Session.graceEnds();
        session.refresh();
        return session.accessToken;
    }
}
