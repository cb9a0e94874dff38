package com.amplihack.auth.keys.ring;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.RSAKey;
import java.security.interfaces.RSAPublicKey;

/**
 * A public key of the ring with its verifier, created once.
 *
 * @param kid the RFC 7638 thumbprint, so the same on every node and after a restart
 * @param jwk as published in the JWKS (RFC 7517)
 */
public record VerifyingKey(String kid, RSAKey jwk, JWSVerifier verifier) {
    public static VerifyingKey of(RSAPublicKey key) {
        return of(named(key));
    }

    /** From a JWK made by {@link #named}. */
    public static VerifyingKey of(RSAKey jwk) {
        try {
            return new VerifyingKey(jwk.getKeyID(), jwk, new RSASSAVerifier(jwk));
        } catch (JOSEException e) {
            throw new IllegalStateException("no verifier for an RSA key", e);
        }
    }

    /** The JWK of a public key, with its thumbprint as {@code kid}. */
    public static RSAKey named(RSAPublicKey key) {
        try {
            return new RSAKey.Builder(key)
                    .keyIDFromThumbprint()
                    .keyUse(KeyUse.SIGNATURE)
                    .algorithm(JWSAlgorithm.RS256)
                    .build();
        } catch (JOSEException e) {
            throw new IllegalStateException("an RSA key without a thumbprint", e);
        }
    }

    @Override
    public String toString() {
        return "VerifyingKey[" + kid + "]";
    }
}
