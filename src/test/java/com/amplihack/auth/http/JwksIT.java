package com.amplihack.auth.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.http.Client.Answer;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jwt.SignedJWT;
import jakarta.json.JsonObject;
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

    @Test
    void aBadTokenDoesNotHinderAPublicPath() {
        assertEquals(
                200, new Client().get("/auth/jwks").bearer("garbage").send().status());
    }
}
