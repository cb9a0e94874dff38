package com.amplihack.auth.bench;

import com.amazon.corretto.crypto.provider.AmazonCorrettoCryptoProvider;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.util.Base64URL;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.interfaces.RSAPublicKey;
import java.util.Arrays;
import java.util.Locale;

/**
 * How many RS256 signatures and verifications one thread makes in a second of its processor's time, with the JDK and with the provider that signs
 * where it runs. No test, asserts nothing; {@code src/test/bench/signing.sh} runs it.
 */
public final class SigningBenchmark {
    private static final int PASSES = 5;
    private static final long PASS_NANOS = 1_000_000_000L;
    private static final byte[] INPUT = "x".repeat(900).getBytes(StandardCharsets.US_ASCII);
    private static final JWSHeader HEADER = new JWSHeader(JWSAlgorithm.RS256);

    private SigningBenchmark() {}

    /** What is measured, once. */
    @FunctionalInterface
    private interface Work {
        void once() throws Exception;
    }

    public static void main(String[] arguments) throws Exception {
        System.out.println("| key | | JDK | " + AmazonCorrettoCryptoProvider.INSTANCE.getName() + " | |");
        System.out.println("| --- | --- | --- | --- | --- |");
        for (int bits : new int[] {2048, 3072, 4096}) {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(bits);
            KeyPair pair = generator.generateKeyPair();
            RSASSASigner jdk = new RSASSASigner(pair.getPrivate());
            RSASSASigner fast =
                    new RSASSASigner((PrivateKey) KeyFactory.getInstance("RSA", AmazonCorrettoCryptoProvider.INSTANCE)
                            .translateKey(pair.getPrivate()));
            fast.getJCAContext().setProvider(AmazonCorrettoCryptoProvider.INSTANCE);
            compare(bits, "signatures", () -> jdk.sign(HEADER, INPUT), () -> fast.sign(HEADER, INPUT));

            Base64URL signature = jdk.sign(HEADER, INPUT);
            RSASSAVerifier jdkVerifier = new RSASSAVerifier((RSAPublicKey) pair.getPublic());
            RSASSAVerifier fastVerifier = new RSASSAVerifier(
                    (RSAPublicKey) KeyFactory.getInstance("RSA", AmazonCorrettoCryptoProvider.INSTANCE)
                            .translateKey(pair.getPublic()));
            fastVerifier.getJCAContext().setProvider(AmazonCorrettoCryptoProvider.INSTANCE);
            compare(
                    bits,
                    "verifications",
                    () -> jdkVerifier.verify(HEADER, INPUT, signature),
                    () -> fastVerifier.verify(HEADER, INPUT, signature));
        }
    }

    private static void compare(int bits, String what, Work jdk, Work fast) throws Exception {
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
                "| RSA-%d | %s | %.0f | %.0f | %.1f times |%n",
                bits,
                what,
                median(slowPasses),
                median(fastPasses),
                median(fastPasses) / median(slowPasses));
    }

    private static double perSecond(Work work) throws Exception {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        long start = System.nanoTime();
        long began = threads.getCurrentThreadCpuTime();
        int done = 0;
        while (System.nanoTime() - start < PASS_NANOS) {
            work.once();
            done++;
        }
        return done * 1e9 / (threads.getCurrentThreadCpuTime() - began);
    }

    private static double median(double[] passes) {
        double[] sorted = passes.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }
}
