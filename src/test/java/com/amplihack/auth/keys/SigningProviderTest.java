package com.amplihack.auth.keys;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Security;
import java.security.interfaces.RSAPrivateKey;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

class SigningProviderTest {
    private static final byte[] INPUT = "input".getBytes(StandardCharsets.US_ASCII);

    @Test
    void signaturesAreThoseOfTheJdk() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        KeyPair pair = generator.generateKeyPair();
        RSAPrivateKey key = (RSAPrivateKey) pair.getPrivate();
        JWSHeader header = new JWSHeader(JWSAlgorithm.RS256);

        assertArrayEquals(
                new RSASSASigner(key).sign(header, INPUT).decode(),
                SigningProvider.signer(key).sign(header, INPUT).decode());
    }

    @Test
    @EnabledOnOs(value = OS.LINUX, architectures = "amd64")
    void onLinuxTheFastOneSigns() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        RSAPrivateKey key = (RSAPrivateKey) generator.generateKeyPair().getPrivate();

        assertEquals(
                "AmazonCorrettoCryptoProvider",
                SigningProvider.signer(key).getJCAContext().getProvider().getName());
    }

    @Test
    void theListOfProvidersIsLeftAlone() {
        SigningProvider.fast();
        for (var provider : Security.getProviders()) {
            assertFalse(provider.getName().contains("Corretto"), provider.getName());
        }
    }
}
