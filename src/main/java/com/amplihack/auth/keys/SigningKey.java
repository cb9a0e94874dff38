package com.amplihack.auth.keys;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.RSAKey;
import java.security.interfaces.RSAPrivateKey;
import java.security.interfaces.RSAPublicKey;

/**
 * One RSA key pair of the ring with all that is prepared once: its name, its signer, its verifier.
 *
 * @param kid the RFC 7638 thumbprint: the same on every node and after a restart
 * @param jwk the public half as it stands in the JWKS (RFC 7517)
 */
public record SigningKey(String kid, RSAKey jwk, JWSSigner signer, JWSVerifier verifier) {
    static SigningKey of(RSAPublicKey publicKey, RSAPrivateKey privateKey) {
        try {
            String kid =
                    new RSAKey.Builder(publicKey).build().computeThumbprint().toString();
            RSAKey jwk = new RSAKey.Builder(publicKey)
                    .keyID(kid)
                    .keyUse(KeyUse.SIGNATURE)
                    .algorithm(JWSAlgorithm.RS256)
                    .build();
            return new SigningKey(kid, jwk, new RSASSASigner(privateKey), new RSASSAVerifier(publicKey));
        } catch (JOSEException e) {
            throw new IllegalStateException("an RSA key without a thumbprint", e);
        }
    }

    /** Length of the modulus. */
    public int bits() {
        return jwk.size();
    }

    /** Never the key itself. */
    @Override
    public String toString() {
        return "SigningKey[" + kid + "]";
    }
}
