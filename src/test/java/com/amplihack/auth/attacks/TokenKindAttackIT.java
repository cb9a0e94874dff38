package com.amplihack.auth.attacks;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.amplihack.auth.http.Client;
import com.amplihack.auth.http.Client.Answer;
import com.amplihack.auth.http.Session;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** One kind of secret in the place of another, or in a place where none belongs. */
class TokenKindAttackIT {
    @Test
    @Tag("fault-37")
    void anAccessTokenIsNoRefreshToken() {
        Session session = Session.ofNewUser();

        Answer answer = session.client
                .post("/auth/refresh")
                .header("Cookie", "refresh_token=" + session.accessToken + "; session_id=" + session.handle)
                .send();
        Answer reverse =
                session.client.get("/api/user").bearer(session.refreshToken).send();

        assertEquals("invalid_refresh_token", answer.error());
        assertEquals("invalid_token", reverse.error());
    }

    @Test
    void aForgedRefreshTokenIsInvalidAndTouchesNothing() {
        Session session = Session.ofNewUser();
        char[] forged = session.refreshToken.toCharArray();
        forged[80] = forged[80] == 'A' ? 'B' : 'A';

        Answer answer = session.client
                .post("/auth/refresh")
                .header("Cookie", "refresh_token=" + new String(forged) + "; session_id=" + session.handle)
                .send();

        assertEquals("invalid_refresh_token", answer.error());
        assertEquals(200, session.refresh().status());
    }

    @Test
    void whatIsNoAccessTokenIsNoBearerToken() {
        Session session = Session.ofNewUser();
        for (String secret :
                List.of(session.refreshToken, session.handle, session.claims().getString("sid"))) {
            Answer answer = session.client.get("/api/user").bearer(secret).send();
            assertEquals("invalid_token", answer.error());
        }
        assertEquals(200, session.bareUser().status());
    }

    @Test
    void whatIsNoRefreshTokenRefreshesNothing() {
        Session session = Session.ofNewUser();
        for (String secret : List.of(
                session.handle,
                session.claims().getString("sid"),
                session.claims().getString("jti"))) {
            Answer answer = session.client
                    .post("/auth/refresh")
                    .header("Cookie", "refresh_token=" + secret + "; session_id=" + session.handle)
                    .send();
            assertEquals(401, answer.status());
        }
        assertEquals(200, session.refresh().status());
    }

    @Test
    void aTokenInTheQueryTheBodyOrACookieIsNone() {
        Session session = Session.ofNewUser();
        String token = session.accessToken;
        for (Client.Request request : List.of(
                session.client.get("/api/user?access_token=" + token),
                session.client.get("/api/user?token=" + token),
                session.client.get("/api/user").cookie("access_token", token),
                session.client.get("/api/user").header("X-Access-Token", token),
                session.client.get("/api/user").header("X-Forwarded-Authorization", "Bearer " + token),
                session.client
                        .post("/auth/logout-all")
                        .body(
                                "application/x-www-form-urlencoded",
                                ("access_token=" + token).getBytes(StandardCharsets.US_ASCII)))) {
            assertEquals("missing_token", request.send().error());
        }
        assertEquals(200, session.bareUser().status());
    }

    @Test
    void aBearerTokenIsNoBasicPassword() {
        Session session = Session.ofNewUser();
        for (String scheme : List.of("Basic", "Digest", "DPoP", "Token", "JWT")) {
            Answer answer = session.client
                    .get("/api/user")
                    .header("Authorization", scheme + ' ' + session.accessToken)
                    .send();
            assertEquals("missing_token", answer.error(), scheme);
        }
        assertEquals(200, session.bareUser().status());
    }
}
