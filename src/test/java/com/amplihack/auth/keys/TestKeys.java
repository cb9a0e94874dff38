package com.amplihack.auth.keys;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.spec.RSAKeyGenParameterSpec;
import java.security.spec.RSAPrivateCrtKeySpec;
import java.security.spec.RSAPublicKeySpec;

/** RSA keys as this service would not make them. */
public final class TestKeys {
    private TestKeys() {}

    public static KeyPair rsa(int bits, BigInteger exponent) throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(new RSAKeyGenParameterSpec(bits, exponent));
        return generator.generateKeyPair();
    }

    /** As the generator of CVE-2017-15361 made them: each prime is a power of 65537 modulo the first 126 primes. */
    public static KeyPair rocaWeak() throws GeneralSecurityException {
        BigInteger small = BigInteger.ONE;
        BigInteger prime = BigInteger.ONE;
        for (int i = 0; i < 126; i++) {
            prime = prime.nextProbablePrime();
            small = small.multiply(prime);
        }
        SecureRandom random = new SecureRandom();
        BigInteger p = rocaPrime(small, random);
        BigInteger q = rocaPrime(small, random);
        BigInteger e = RSAKeyGenParameterSpec.F4;
        BigInteger lessP = p.subtract(BigInteger.ONE);
        BigInteger lessQ = q.subtract(BigInteger.ONE);
        BigInteger d = e.modInverse(lessP.multiply(lessQ));
        KeyFactory factory = KeyFactory.getInstance("RSA");
        return new KeyPair(
                factory.generatePublic(new RSAPublicKeySpec(p.multiply(q), e)),
                factory.generatePrivate(new RSAPrivateCrtKeySpec(
                        p.multiply(q), e, d, p, q, d.mod(lessP), d.mod(lessQ), q.modInverse(p))));
    }

    private static BigInteger rocaPrime(BigInteger small, SecureRandom random) {
        BigInteger largest = BigInteger.ONE.shiftLeft(1024).divide(small);
        while (true) {
            BigInteger power = RSAKeyGenParameterSpec.F4.modPow(new BigInteger(256, random), small);
            // near the top, so that the product has its 2048 bits
            BigInteger factor = largest.subtract(new BigInteger(largest.bitLength() - 3, random));
            BigInteger candidate = factor.multiply(small).add(power);
            if (candidate.bitLength() == 1024 && candidate.isProbablePrime(40)) {
                return candidate;
            }
        }
    }
}
