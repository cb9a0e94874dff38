package com.amplihack.auth.attacks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.http.Client;
import com.amplihack.auth.http.Client.Answer;
import com.amplihack.auth.http.Forger;
import com.amplihack.auth.http.Session;
import com.amplihack.auth.http.SharedServer;
import java.util.List;
import java.util.UUID;

/** Whose genuine token the attacks start from. The attacker has the best of chances: same address, same user agent. */
final class Victim {
    final Session session = Session.ofNewUser();

    String token() {
        return session.accessToken;
    }

    String header() {
        return Forger.text(token(), 0);
    }

    String claims() {
        return Forger.text(token(), 1);
    }

    /** The claims with one member's text replaced. */
    String claimsWith(String name, String json) {
        String claims = claims();
        String changed =
                claims.replaceFirst("\"" + name + "\":(\"[^\"]*\"|\\[[^]]*]|[0-9]+)", "\"" + name + "\":" + json);
        assertTrue(!changed.equals(claims) || json.isEmpty(), () -> name + " is no claim in " + claims);
        return changed;
    }

    /** Sends the forged token bare; it must be an invalid token, audited as that event, and tell nothing more. */
    void assertRefused(String forged, String event) {
        String id = UUID.randomUUID().toString();
        Answer answer = send(forged, id);
        assertEquals(401, answer.status(), answer::body);
        assertEquals("invalid_token", answer.error());
        assertEquals(
                List.of("Bearer realm=\"amplihack\", error=\"invalid_token\""), answer.headers("WWW-Authenticate"));
        assertEquals(List.of(event), SharedServer.get().audited(id));
    }

    private Answer send(String token, String id) {
        Client.Request request = session.client.get("/api/user").bearer(token).header("X-Request-Id", id);
        return request.send();
    }

    /** A refused forgery has neither burnt the genuine token nor ended its session. */
    void assertUnharmed() {
        assertEquals(200, session.bareUser().status());
    }
}
