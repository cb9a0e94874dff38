package com.amplihack.auth.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.http.Client.Answer;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
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

    /** As OpenAI's own library asks from a page. */
    @Test
    void aPreflightIsAnsweredWithEveryHeaderThatAClientLibrarySends() {
        List<String> asked = List.of(
                "authorization",
                "content-type",
                "openai-beta",
                "x-stainless-lang",
                "x-stainless-os",
                "x-stainless-retry-count",
                "x-stainless-timeout");
        Answer answer = client.request("OPTIONS", "/api/v1/chat/completions")
                .header("Origin", SharedServer.CORS_ORIGIN)
                .header("Access-Control-Request-Method", "POST")
                .header("Access-Control-Request-Headers", String.join(",", asked) + ", ,bad name,x:y,\"x\"")
                .send();

        assertEquals(204, answer.status());
        List<String> allowed = Arrays.stream(answer.header("Access-Control-Allow-Headers")
                        .orElse("")
                        .toLowerCase(Locale.ROOT)
                        .split(", "))
                .toList();
        assertTrue(allowed.containsAll(asked), allowed::toString);
        assertTrue(allowed.stream().allMatch(name -> name.matches("[a-z-]+")), allowed::toString);
        assertEquals(List.of("Origin", "Access-Control-Request-Headers"), answer.headers("Vary"));
    }

    /** Public keys are no secret; without credentials nothing of a user is in the answer. */
    @Test
    void anyPageMayReadTheKeySetAndMetadata() {
        String etag = client.get("/auth/jwks").send().header("ETag").orElseThrow();
        for (String path : List.of("/auth/jwks", "/v1/auth/jwks", "/.well-known/jwks.json", "/.well-known/none")) {
            for (String origin : List.of("https://any.example", SharedServer.CORS_ORIGIN)) {
                for (Answer answer : List.of(
                        client.get(path).send(),
                        client.get(path).header("Origin", origin).send(),
                        client.get(path)
                                .header("Origin", origin)
                                .header("If-None-Match", etag)
                                .send())) {
                    assertEquals(List.of("*"), answer.headers("Access-Control-Allow-Origin"), path);
                    assertEquals(List.of(), answer.headers("Access-Control-Allow-Credentials"), path);
                }
            }
        }
        Answer preflight = client.request("OPTIONS", "/auth/jwks")
                .header("Origin", "https://any.example")
                .header("Access-Control-Request-Method", "GET")
                .header("Access-Control-Request-Headers", "if-none-match")
                .send();
        assertEquals(204, preflight.status());
        assertEquals("*", preflight.header("Access-Control-Allow-Origin").orElse(""));
        assertTrue(preflight.header("Access-Control-Allow-Headers").orElse("").contains("if-none-match"));
        assertEquals(
                "GET, HEAD", preflight.header("Access-Control-Allow-Methods").orElse(""));
    }

    private Answer preflight(String origin) {
        return client.request("OPTIONS", "/api/user")
                .header("Origin", origin)
                .header("Access-Control-Request-Method", "GET")
                .header("Access-Control-Request-Headers", "authorization")
                .send();
    }
}
