package com.amplihack.auth.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.http.Client.Answer;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jwt.SignedJWT;
import jakarta.json.JsonObject;
import java.net.URL;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class JwksIT {
    @Test
    void theKeySetVerifiesATokenAndHoldsNoPrivatePart() throws Exception {
        Answer answer = new Client().get("/auth/jwks").send();
        JsonObject key = answer.json().getJsonArray("keys").getJsonObject(0);
        SignedJWT token = SignedJWT.parse(Session.ofNewUser().accessToken);

        assertEquals(Set.of("kty", "kid", "use", "alg", "n", "e"), key.keySet());
        assertEquals("RSA", key.getString("kty"));
        assertEquals("RS256", key.getString("alg"));
        var jwk = JWKSet.parse(answer.body()).getKeyByKeyId(token.getHeader().getKeyID());
        assertEquals(jwk.computeThumbprint().toString(), jwk.getKeyID(), "kid is the RFC 7638 thumbprint");
        assertTrue(token.verify(new RSASSAVerifier(jwk.toRSAKey())));
    }

    @Test
    @Tag("fault-34")
    void cachesMayKeepItAMinuteAndAskAgainForNothing() {
        Client client = new Client();
        Answer answer = client.get("/auth/jwks").send();
        String etag = answer.header("ETag").orElseThrow();

        Answer again = client.get("/auth/jwks").header("If-None-Match", etag).send();
        Answer other =
                client.get("/auth/jwks").header("If-None-Match", "\"other\"").send();

        assertEquals("public, max-age=60", answer.header("Cache-Control").orElseThrow());
        assertEquals(304, again.status());
        assertEquals("", again.body());
        assertEquals(etag, again.header("ETag").orElseThrow());
        assertEquals(200, other.status());
    }

    @Test
    void everyNameOfItAnswersTheSame() {
        Client client = new Client();
        String body = client.get("/auth/jwks").send().body();

        assertEquals(body, client.get("/.well-known/jwks.json").send().body());
        assertEquals(body, client.get("/v1/auth/jwks").send().body());
    }

    /** RFC 7517 section 8.5.1; a client that accepts JSON alone still gets its type. */
    @Test
    void itHasItsRegisteredMediaTypeUnlessAClientAsksForPlainJson() {
        Client client = new Client();
        for (String path : List.of("/auth/jwks", "/v1/auth/jwks", "/.well-known/jwks.json")) {
            assertEquals("application/jwk-set+json", type(client.get(path)));
            assertEquals("application/jwk-set+json", type(client.get(path).header("Accept", "*/*")));
            assertEquals(
                    "application/jwk-set+json",
                    type(client.get(path).header("Accept", "application/json, application/jwk-set+json")));
            assertEquals("application/json", type(client.get(path).header("Accept", "application/json")));
            assertEquals(
                    "application/json",
                    type(client.get(path).header("Accept", "application/json, text/plain, */*;q=0.1")));
            assertTrue(client.get(path).send().headers("Vary").contains("Accept"));
        }
    }

    @Test
    void aLibraryThatLooksForTheKeySetItselfReadsIt() throws Exception {
        URL keys = new URL("http://localhost:" + SharedServer.get().port() + "/auth/jwks");

        assertEquals(JWKSet.parse(new Client().get("/auth/jwks").send().body()), JWKSet.load(keys));
    }

    private static String type(Client.Request request) {
        Answer answer = request.send();
        assertEquals(200, answer.status());
        return answer.header("Content-Type").orElse("");
    }

    @Test
    void aBadTokenDoesNotHinderAPublicPath() {
        assertEquals(
                200, new Client().get("/auth/jwks").bearer("garbage").send().status());
    }

    @Test
    @Tag("fault-26")
    void sixHundredPassAMinuteUnderEveryNameAndTheNextIsLimited() {
        Client client = new Client();
        Answer first = client.get("/auth/jwks").send();
        assertEquals("\"jwks\";q=600;w=60", first.header("RateLimit-Policy").orElseThrow());
        assertTrue(first.header("RateLimit").orElseThrow().startsWith("\"jwks\";r=599;t="));
        Answer known = client.get("/.well-known/jwks.json")
                .header("If-None-Match", first.header("ETag").orElseThrow())
                .send();
        assertEquals(304, known.status());
        assertTrue(known.header("RateLimit").orElseThrow().startsWith("\"jwks\";r=598;t="));
        for (int i = 2; i < 600; i++) {
            assertEquals(200, client.get("/auth/jwks").send().status());
        }

        Answer limited = client.get("/.well-known/jwks.json").send();

        assertEquals(429, limited.status());
        assertEquals("rate_limited", limited.error());
        int wait = Integer.parseInt(limited.header("Retry-After").orElseThrow());
        assertTrue(wait > 0 && wait <= 60, "Retry-After: " + wait);
        assertEquals("\"jwks\";q=600;w=60", limited.header("RateLimit-Policy").orElseThrow());
        assertTrue(limited.header("RateLimit").orElseThrow().startsWith("\"jwks\";r=0;t="));
        assertEquals("no-store", limited.header("Cache-Control").orElseThrow());
        assertEquals(List.of(), limited.headers("Set-Cookie"));
        assertEquals(200, new Client().get("/auth/jwks").send().status(), "another address has its own");
    }
}
