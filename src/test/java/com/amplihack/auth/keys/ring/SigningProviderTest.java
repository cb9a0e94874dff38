package com.amplihack.auth.keys.ring;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import java.io.File;
import java.lang.ref.WeakReference;
import java.lang.reflect.Method;
import java.math.BigInteger;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Provider;
import java.security.Security;
import java.security.Signature;
import java.security.interfaces.RSAPrivateCrtKey;
import java.security.interfaces.RSAPrivateKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.RSAKeyGenParameterSpec;
import java.util.Arrays;
import java.util.Optional;
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
    void keysThatItMakesAreThoseOfTheJdk() throws Exception {
        KeyPair pair = SigningProvider.generate(2048);
        RSAPrivateCrtKey translated = (RSAPrivateCrtKey) KeyFactory.getInstance("RSA")
                .generatePrivate(new PKCS8EncodedKeySpec(pair.getPrivate().getEncoded()));
        RSAPublicKey publicKey = (RSAPublicKey) pair.getPublic();

        assertEquals(2048, publicKey.getModulus().bitLength());
        assertEquals(RSAKeyGenParameterSpec.F4, publicKey.getPublicExponent());
        assertEquals(publicKey.getModulus(), translated.getModulus());
        assertArrayEquals(
                SigningProvider.signer((RSAPrivateKey) pair.getPrivate())
                        .sign(new JWSHeader(JWSAlgorithm.RS256), INPUT)
                        .decode(),
                new RSASSASigner(translated)
                        .sign(new JWSHeader(JWSAlgorithm.RS256), INPUT)
                        .decode());
        assertNotEquals(
                publicKey.getModulus(),
                ((RSAPublicKey) SigningProvider.generate(2048).getPublic()).getModulus());
    }

    @Test
    void preparedPairIsHandedOutOnceAndOnlyInItsSize() {
        SigningProvider.prepare(2048, 2);
        BigInteger first = modulus(SigningProvider.generate(2048));
        assertEquals(2048, first.bitLength());
        assertEquals(3072, modulus(SigningProvider.generate(3072)).bitLength());
        assertNotEquals(first, modulus(SigningProvider.generate(2048)));
    }

    private static BigInteger modulus(KeyPair pair) {
        return ((RSAPublicKey) pair.getPublic()).getModulus();
    }

    @Test
    @EnabledOnOs(value = OS.LINUX, architectures = "amd64")
    void nobodyElseIsLedToIt() throws Exception {
        SigningProvider.fast();
        Provider[] providers = Security.getProviders();

        assertEquals("AmazonCorrettoCryptoProvider", providers[providers.length - 1].getName());
        assertNotEquals(
                "AmazonCorrettoCryptoProvider",
                Signature.getInstance("SHA256withRSA").getProvider().getName());
    }

    @Test
    @EnabledOnOs(value = OS.LINUX, architectures = "amd64")
    void deploymentsShareItAndAreForgotten() throws Exception {
        WeakReference<ClassLoader> deployment =
                deployOnce(SigningProvider.fast().orElseThrow());

        for (int i = 0; i < 100 && deployment.get() != null; i++) {
            System.gc();
            Thread.sleep(100);
        }
        assertNull(deployment.get());
    }

    /** In a method of its own: what lies in a frame that still runs is not collected. */
    private static WeakReference<ClassLoader> deployOnce(Provider ours) throws Exception {
        try (URLClassLoader classes = anotherDeployment()) {
            Method fast = Class.forName(SigningProvider.class.getName(), true, classes)
                    .getDeclaredMethod("fast");
            fast.setAccessible(true);
            assertSame(ours, ((Optional<?>) fast.invoke(null)).orElseThrow());
            return new WeakReference<>(classes);
        }
    }

    /** The same classes once more, as the server loads them for a second deployment. */
    private static URLClassLoader anotherDeployment() {
        URL[] path = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .map(entry -> {
                    try {
                        return Path.of(entry).toUri().toURL();
                    } catch (MalformedURLException e) {
                        throw new IllegalStateException(e);
                    }
                })
                .toArray(URL[]::new);
        return new URLClassLoader(path, ClassLoader.getPlatformClassLoader());
    }
}
