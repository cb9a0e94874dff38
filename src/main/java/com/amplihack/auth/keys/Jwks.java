package com.amplihack.auth.keys;

import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;

/**
 * The published key set (RFC 7517 section 5), prepared once and answered as it is.
 *
 * @param text the JSON
 * @param etag the entity tag of these very bytes, with its quotes
 */
public record Jwks(String text, String etag) {
    static Jwks of(List<RingKey> keys) {
        List<JWK> published = keys.stream().<JWK>map(RingKey::jwk).toList();
        String text = new JWKSet(published).toString(true);
        return new Jwks(text, '"' + digest(text) + '"');
    }

    private static String digest(String text) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return Base64.getUrlEncoder().withoutPadding().encodeToString(hash).substring(0, 22);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
