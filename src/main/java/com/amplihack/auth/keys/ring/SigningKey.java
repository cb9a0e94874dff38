package com.amplihack.auth.keys.ring;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.jwk.RSAKey;
import java.nio.charset.StandardCharsets;
import java.security.Provider;
import java.security.interfaces.RSAPrivateKey;
import java.security.interfaces.RSAPublicKey;
import java.util.List;
import java.util.Optional;

/** A key of the ring with its private key: its signer, created once, and its verifier. */
public record SigningKey(VerifyingKey half, JWSSigner signer) {
    private static final String HSM = "SunPKCS11-" + SigningProvider.HSM_NAME;

    /** The possible signing providers: the JDK's own, the fast one, an HSM. */
    public static final List<String> PROVIDERS = List.of("JDK", "AmazonCorrettoCryptoProvider", HSM);

    public static SigningKey of(RSAPublicKey publicKey, RSAPrivateKey privateKey) {
        return new SigningKey(VerifyingKey.of(publicKey), SigningProvider.signer(privateKey));
    }

    /** See {@link VerifyingKey}. */
    public String kid() {
        return half.kid();
    }

    /** The public half. */
    public RSAKey jwk() {
        return half.jwk();
    }

    public JWSVerifier verifier() {
        return half.verifier();
    }

    /** Length of the modulus. */
    public int bits() {
        return jwk().size();
    }

    /** Name of the Java security provider that signs; empty for the platform's own. */
    public Optional<String> provider() {
        return Optional.ofNullable(signer.getJCAContext().getProvider()).map(Provider::getName);
    }

    public boolean isInHsm() {
        return provider().filter(HSM::equals).isPresent();
    }

    /** Whether a test signature verifies: detects a damaged private key before it signs a token. */
    public boolean works() {
        byte[] input = kid().getBytes(StandardCharsets.US_ASCII);
        JWSHeader header = new JWSHeader(JWSAlgorithm.RS256);
        try {
            return verifier().verify(header, input, signer.sign(header, input));
        } catch (JOSEException damaged) {
            return false;
        }
    }

    /** Never contains key material. */
    @Override
    public String toString() {
        return "SigningKey[" + kid() + "]";
    }
}
