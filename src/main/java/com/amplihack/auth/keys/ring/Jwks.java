package com.amplihack.auth.keys.ring;

import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;

/** The published JWK set (RFC 7517 section 5), serialized once. */
public final class Jwks {
    private final String text;
    private final byte[] bytes;
    private final String etag;

    private Jwks(String text) {
        this.text = text;
        bytes = text.getBytes(StandardCharsets.UTF_8);
        etag = '"' + digest(bytes) + '"';
    }

    /** The set of these keys, in this order. */
    public static Jwks of(List<RingKey> keys) {
        List<JWK> published = keys.stream().<JWK>map(RingKey::jwk).toList();
        return new Jwks(new JWKSet(published).toString(true));
    }

    /** The JSON. */
    public String text() {
        return text;
    }

    /** The JSON in UTF-8. */
    public byte[] bytes() {
        return bytes.clone();
    }

    /** The strong entity tag, quoted. */
    public String etag() {
        return etag;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Jwks set && set.text.equals(text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    private static String digest(byte[] bytes) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(bytes);
            return Base64.getUrlEncoder().withoutPadding().encodeToString(hash).substring(0, 22);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
