package com.amplihack.auth.keys.ring;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.RSAKey;
import java.security.interfaces.RSAPublicKey;

/**
 * The public half of a key of the ring with all that is prepared once: its name and its verifier.
 *
 * @param kid the RFC 7638 thumbprint: the same on every node and after a restart
 * @param jwk as it stands in the JWKS (RFC 7517)
 */
public record VerifyingKey(String kid, RSAKey jwk, JWSVerifier verifier) {
    public static VerifyingKey of(RSAPublicKey key) {
        return of(named(key));
    }

    /** Of a JWK as {@link #named} makes it. */
    public static VerifyingKey of(RSAKey jwk) {
        try {
            return new VerifyingKey(jwk.getKeyID(), jwk, new RSASSAVerifier(jwk));
        } catch (JOSEException e) {
            throw new IllegalStateException("an RSA key that verifies nothing", e);
        }
    }

    /** The JWK of a public key, named by its thumbprint. */
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
