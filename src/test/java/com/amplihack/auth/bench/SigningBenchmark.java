package com.amplihack.auth.bench;

import com.amazon.corretto.crypto.provider.AmazonCorrettoCryptoProvider;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import java.nio.charset.StandardCharsets;
import java.security.KeyFactory;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.util.Arrays;
import java.util.Locale;

/**
 * How many RS256 signatures one thread makes in a second, with the JDK and with the provider that signs where it runs. No
 * test, asserts nothing; {@code src/test/bench/signing.sh} runs it.
 */
public final class SigningBenchmark {
    private static final int PASSES = 5;
    private static final long PASS_NANOS = 2_000_000_000L;

    private SigningBenchmark() {}

    public static void main(String[] arguments) throws Exception {
        System.out.println("| key | JDK | " + AmazonCorrettoCryptoProvider.INSTANCE.getName() + " | |");
        System.out.println("| --- | --- | --- | --- |");
        for (int bits : new int[] {2048, 4096}) {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(bits);
            PrivateKey key = generator.generateKeyPair().getPrivate();
            RSASSASigner jdk = new RSASSASigner(key);
            RSASSASigner fast =
                    new RSASSASigner((PrivateKey) KeyFactory.getInstance("RSA", AmazonCorrettoCryptoProvider.INSTANCE)
                            .translateKey(key));
            fast.getJCAContext().setProvider(AmazonCorrettoCryptoProvider.INSTANCE);
            double[] slowPasses = new double[PASSES];
            double[] fastPasses = new double[PASSES];
            perSecond(jdk);
            perSecond(fast);
            for (int i = 0; i < PASSES; i++) { // taking turns, so that what disturbs one disturbs both
                slowPasses[i] = perSecond(jdk);
                fastPasses[i] = perSecond(fast);
            }
            System.out.printf(
                    Locale.ROOT,
                    "| RSA-%d | %.0f | %.0f | %.1f times |%n",
                    bits,
                    median(slowPasses),
                    median(fastPasses),
                    median(fastPasses) / median(slowPasses));
        }
    }

    private static double perSecond(RSASSASigner signer) throws Exception {
        byte[] input = "x".repeat(900).getBytes(StandardCharsets.US_ASCII);
        JWSHeader header = new JWSHeader(JWSAlgorithm.RS256);
        long start = System.nanoTime();
        int made = 0;
        while (System.nanoTime() - start < PASS_NANOS) {
            signer.sign(header, input);
            made++;
        }
        return made * 1e9 / (System.nanoTime() - start);
    }

    private static double median(double[] passes) {
        double[] sorted = passes.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }
}
