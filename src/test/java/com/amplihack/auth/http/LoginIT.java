package com.amplihack.auth.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.http.Client.Answer;
import jakarta.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Tag("store")
class LoginIT {
    @Test
    @Tag("fault-38")
    void loginAnswersATokenResponseThatNobodyMayKeep() {
        Answer answer = Session.login(new Client(), Session.newUser("user"), Session.PASSWORD)
                .send();

        assertEquals(200, answer.status());
        assertEquals(
                Set.of("access_token", "token_type", "expires_in"),
                answer.json().keySet());
        assertEquals("Bearer", answer.json().getString("token_type"));
        assertEquals(900, answer.json().getInt("expires_in"));
        assertEquals(List.of("no-store"), answer.headers("Cache-Control"));
        assertTrue(answer.header("Content-Type").orElse("").startsWith("application/json"));
    }

    @Test
    @Tag("fault-41")
    void cookiesAreHttpOnlySecureStrictAndSentWhereTheyBelong() {
        Answer answer = Session.login(new Client(), Session.newUser("user"), Session.PASSWORD)
                .send();

        String refresh = answer.setCookie("refresh_token");
        String session = answer.setCookie("session_id");
        for (String cookie : List.of(refresh, session)) {
            assertTrue(cookie.contains("; Secure") && cookie.contains("; HttpOnly"), cookie);
            assertTrue(cookie.contains("; SameSite=Strict"), cookie);
        }
        assertTrue(refresh.contains("; Path=/auth;") && refresh.contains("; Max-Age=604800;"), refresh);
        assertTrue(session.contains("; Path=/;") && session.contains("; Max-Age=2592000;"), session);
    }

    @Test
    void accessTokenCarriesEveryClaim() {
        Session session = Session.ofNewUser();
        JsonObject header = Session.part(session.accessToken, 0);
        JsonObject claims = session.claims();

        assertEquals(Set.of("alg", "kid", "typ"), header.keySet());
        assertEquals("RS256", header.getString("alg"));
        assertEquals("JWT", header.getString("typ"));
        assertEquals(
                Set.of(
                        "iss",
                        "sub",
                        "aud",
                        "exp",
                        "nbf",
                        "iat",
                        "jti",
                        "type",
                        "roles",
                        "groups",
                        "permissions",
                        "upn",
                        "sid",
                        "gen",
                        "acr",
                        "amr",
                        "auth_time",
                        "ip",
                        "ua_hash"),
                claims.keySet());
        assertEquals("https://api.amplihack.com", claims.getString("iss"));
        assertEquals("amplihack-api", claims.getString("aud"));
        assertEquals("access", claims.getString("type"));
        assertEquals(session.username, claims.getString("upn"));
        assertEquals(session.client.address(), claims.getString("ip"));
        assertEquals(900, claims.getInt("exp") - claims.getInt("iat"));
        assertEquals(claims.getJsonArray("roles"), claims.getJsonArray("groups"));
    }

    @Test
    void bodyDeliveryHandsOutEverythingInTheBodyAndNoCookie() {
        String username = Session.newUser("user");
        Answer answer = new Client()
                .post("/auth/login")
                .json("{\"username\":\"" + username + "\",\"password\":\"" + Session.PASSWORD
                        + "\",\"delivery\":\"body\"}")
                .send();

        assertEquals(
                Set.of(
                        "access_token",
                        "token_type",
                        "expires_in",
                        "refresh_token",
                        "refresh_expires_in",
                        "session_handle"),
                answer.json().keySet());
        assertEquals(604_800, answer.json().getInt("refresh_expires_in"));
        assertEquals(List.of(), answer.headers("Set-Cookie"));
    }

    @Test
    @Tag("fault-24")
    @Tag("fault-26")
    void fiveAttemptsPassAndTheSixthIsLimitedWhateverTheConcurrency() {
        Client client = new Client();
        List<Answer> answers = IntStream.range(0, 12)
                .parallel()
                .mapToObj(i -> Session.login(client, "nobody-of-that-name", Session.PASSWORD)
                        .send())
                .toList();

        List<Answer> limited =
                answers.stream().filter(answer -> answer.status() == 429).toList();
        assertEquals(
                5, answers.stream().filter(answer -> answer.status() == 401).count());
        assertEquals(7, limited.size());
        for (Answer answer : limited) {
            assertEquals("rate_limited", answer.error());
            assertEquals("Too many login attempts", answer.json().getString("title"));
            int wait = Integer.parseInt(answer.header("Retry-After").orElseThrow());
            assertTrue(wait > 200 && wait <= 300, "Retry-After: " + wait);
            assertEquals(
                    "\"login\";q=5;w=300", answer.header("RateLimit-Policy").orElseThrow());
            assertTrue(answer.header("RateLimit").orElseThrow().startsWith("\"login\";r=0;t="));
        }
    }

    @Test
    void successesAreNotCounted() {
        String username = Session.newUser("user");
        Client client = new Client();
        for (int i = 0; i < 7; i++) {
            Answer answer = Session.login(client, username, Session.PASSWORD).send();
            assertEquals(200, answer.status(), "sign-in " + i);
            assertTrue(answer.header("RateLimit").orElseThrow().startsWith("\"login\";r=5;t="));
        }
    }

    @Test
    void whoeverIsSignedInIsNotKeptOutByStrangersAtTheAddress() {
        String username = Session.newUser("user");
        Client client = new Client();
        Session session = Session.of(client, username, Session.PASSWORD);
        for (int i = 0; i < 5; i++) {
            Session.login(client, "nobody-of-that-name", "a guess at it").send();
        }
        assertEquals(
                429, Session.login(client, username, Session.PASSWORD).send().status());

        Client.Request signedIn =
                Session.login(client, username, Session.PASSWORD).cookie("session_id", session.handle);
        assertEquals(200, signedIn.send().status());
        Answer changed = session.with(client.post("/auth/password"))
                .json("{\"current_password\":\"" + Session.PASSWORD
                        + "\",\"new_password\":\"violet kettle 7 harbour\"}")
                .send();
        assertEquals(200, changed.status(), changed.body());
    }

    @Test
    void theSessionOfAnotherAccountIsNoWayAroundTheLimit() {
        Client client = new Client();
        Session own = Session.of(client, Session.newUser("user"), Session.PASSWORD);
        String victim = Session.newUser("user");
        for (int i = 0; i < 5; i++) {
            assertEquals(401, guess(client, victim, own).status());
        }
        assertEquals(429, guess(client, victim, own).status());
    }

    private static Answer guess(Client client, String victim, Session own) {
        return Session.login(client, victim, "a guess at it")
                .cookie("session_id", own.handle)
                .send();
    }

    @Test
    void malformedAttemptsDoNotCountAgainstTheLimit() {
        Client client = new Client();
        IntStream.range(0, 8)
                .forEach(i -> assertEquals(
                        400, client.post("/auth/login").json("{}").send().status()));

        assertEquals(
                401, Session.login(client, "nobody", Session.PASSWORD).send().status());
    }

    @Test
    void anotherSessionOfTheSameUserGoesOn() {
        Session first = Session.ofNewUser();
        Session second = Session.of(first.username);

        assertEquals(200, first.user().status());
        assertEquals(200, second.user().status());
        assertNotEquals(first.claims().getString("sid"), second.claims().getString("sid"));
    }

    static Stream<String> badBodies() {
        return Stream.of(
                "[]",
                "null",
                "\"text\"",
                "{",
                "{\"username\":\"a\"}",
                "{\"password\":\"a\"}",
                "{\"username\":1,\"password\":\"a\"}",
                "{\"username\":[\"a\"],\"password\":\"a\"}",
                "{\"username\":\"a\",\"password\":null}",
                "{\"username\":\"a\",\"password\":{}}",
                "{\"username\":\"\",\"password\":\"a\"}",
                "{\"username\":\"a\",\"username\":\"b\",\"password\":\"c\"}",
                "{\"username\":\"a\",\"password\":\"b\"} trailing",
                "{\"username\":\"a\",\"password\":\"b\",\"delivery\":\"pigeon\"}",
                "{\"username\":\"" + "a".repeat(65) + "\",\"password\":\"b\"}",
                "{\"username\":\"a\",\"password\":\"" + "b".repeat(129) + "\"}",
                "{\"username\":\"a\\u0000\",\"password\":\"b\"}",
                "{\"username\":\"a\",\"password\":\"\\ud800\"}",
                "{\"x\":" + "[".repeat(2000) + "]".repeat(2000) + "}");
    }

    @ParameterizedTest
    @MethodSource("badBodies")
    @Tag("fault-28")
    void badInputIsAProblemAndNeverAServerError(String body) {
        Answer answer = new Client().post("/auth/login").json(body).send();

        assertEquals(400, answer.status(), answer.body());
        assertEquals("invalid_request", answer.error());
        assertEquals("application/problem+json", answer.header("Content-Type").orElse(""));
    }

    @Test
    void invalidUtf8IsRefused() {
        byte[] body = "{\"username\":\"a?\",\"password\":\"b\"}".getBytes(StandardCharsets.ISO_8859_1);
        body[14] = (byte) 0xff;

        Answer answer =
                new Client().post("/auth/login").body("application/json", body).send();

        assertEquals("invalid_request", answer.error());
    }

    @Test
    @Tag("fault-29")
    void fiveMegabytesAreNotEvenRead() {
        String body = "{\"username\":\"a\",\"password\":\"" + "b".repeat(5_000_000) + "\"}";

        Answer answer = new Client().post("/auth/login").json(body).send();

        assertEquals(413, answer.status());
        assertEquals("too_large", answer.error());
    }

    @Test
    void anotherContentTypeIsRefused() {
        byte[] form = "username=a&password=b".getBytes(StandardCharsets.US_ASCII);
        Client client = new Client();

        for (String type : new String[] {"application/x-www-form-urlencoded", "text/plain", null}) {
            Answer answer = client.post("/auth/login").body(type, form).send();
            assertEquals(415, answer.status(), "Content-Type " + type);
            assertEquals("unsupported_media_type", answer.error());
        }
    }

    @Test
    void unknownMembersAndACharsetAreFine() {
        String username = Session.newUser("user");
        byte[] body = ("{\"username\":\"" + username + "\",\"password\":\"" + Session.PASSWORD + "\",\"x\":{}}")
                .getBytes(StandardCharsets.UTF_8);

        Answer answer = new Client()
                .post("/auth/login")
                .body("application/json; charset=utf-8", body)
                .send();

        assertEquals(200, answer.status());
    }

    @Test
    void versionedLoginPutsTheCookieOnItsOwnPath() {
        String username = Session.newUser("user");
        Answer answer = new Client()
                .post("/v1/auth/login")
                .json("{\"username\":\"" + username + "\",\"password\":\"" + Session.PASSWORD + "\"}")
                .send();

        assertEquals(200, answer.status());
        assertTrue(answer.setCookie("refresh_token").contains("; Path=/v1/auth;"));
    }

    private static List<String> names(Answer answer) {
        return answer.headers().stream().map(header -> header.getName()).toList();
    }
}
