package com.amplihack.auth.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.amplihack.auth.http.Client.Answer;
import java.time.Instant;
import java.util.Date;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The specification's own five tests ("Testing Implementation"), against the deployed service. */
@Tag("fault-10")
class SpecificationIT {
    @Test
    void testTokenGenerationAndValidation() {
        Session session = Session.ofNewUser();

        Answer answer = session.bareUser();

        assertEquals(200, answer.status());
        assertEquals(session.claims().getString("sub"), answer.json().getString("user_id"));
        assertEquals("access", session.claims().getString("type"));
    }

    @Test
    void testReplayAttackPrevention() {
        Session session = Session.ofNewUser();

        assertEquals(200, session.bareUser().status());
        assertEquals("Token replay detected", session.bareUser().json().getString("title"));
    }

    @Test
    void testAlgorithmConfusionPrevention() {
        long soon = Instant.now().getEpochSecond() + 900;
        String unsigned = Forger.base64url("{\"alg\":\"none\",\"typ\":\"JWT\"}") + "."
                + Forger.base64url("{\"sub\":\"test_user\",\"exp\":" + soon + "}") + ".";

        Answer answer = new Client().get("/api/user").bearer(unsigned).send();

        assertEquals(401, answer.status());
        assertEquals("invalid_token", answer.error());
    }

    @Test
    void testRateLimiting() {
        Client client = new Client();
        IntStream.range(0, 5)
                .forEach(i -> assertEquals(
                        401, Session.login(client, "test_user", "wrong").send().status()));

        Answer sixth = Session.login(client, "test_user", "wrong").send();

        assertEquals(429, sixth.status());
        assertEquals("Too many login attempts", sixth.json().getString("title"));
    }

    @Test
    void testTokenExpiration() {
        Session session = Session.ofNewUser();
        Date past = Date.from(Instant.now().minusSeconds(60));
        String expired = Forger.signedByTheServer(
                session.accessToken,
                claims -> claims.expirationTime(past).issueTime(past).notBeforeTime(past));

        assertEquals(
                "Token has expired",
                session.client.get("/api/user").bearer(expired).send().json().getString("title"));
    }
}
