package com.amplihack.auth.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.http.Client.Answer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("fault-44")
class CorsIT {
    private final Client client = new Client();

    @Test
    void aListedOriginMayReadAnswersAndTheirUsefulHeaders() {
        Answer answer = client.get("/api/user")
                .header("Origin", SharedServer.CORS_ORIGIN)
                .send();

        assertEquals(
                SharedServer.CORS_ORIGIN,
                answer.header("Access-Control-Allow-Origin").orElse(""));
        assertEquals("true", answer.header("Access-Control-Allow-Credentials").orElse(""));
        assertTrue(answer.header("Access-Control-Expose-Headers").orElse("").contains("RateLimit"));
        assertEquals("Origin", answer.header("Vary").orElse(""));
    }

    @Test
    void aPreflightIsAnsweredBeforeAnyTokenIsAskedFor() {
        Answer answer = preflight(SharedServer.CORS_ORIGIN);

        assertEquals(204, answer.status());
        assertTrue(answer.header("Access-Control-Allow-Headers").orElse("").contains("Authorization"));
        assertTrue(answer.header("Access-Control-Allow-Methods").orElse("").contains("POST"));
        assertEquals("", answer.body());
    }

    @Test
    void aListedFormOriginMaySendChangingRequests() {
        String username = Session.newUser("user");

        Answer listed = Session.login(client, username, Session.PASSWORD)
                .header("Origin", SharedServer.CSRF_ORIGIN)
                .header("Sec-Fetch-Site", "cross-site")
                .send();
        Answer readerOnly = Session.login(client, username, Session.PASSWORD)
                .header("Origin", SharedServer.CORS_ORIGIN)
                .send();

        assertEquals(200, listed.status());
        assertEquals("origin_not_allowed", readerOnly.error());
    }

    private Answer preflight(String origin) {
        return client.request("OPTIONS", "/api/user")
                .header("Origin", origin)
                .header("Access-Control-Request-Method", "GET")
                .header("Access-Control-Request-Headers", "authorization")
                .send();
    }
}
