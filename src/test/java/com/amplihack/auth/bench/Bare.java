package com.amplihack.auth.bench;

import com.amazon.corretto.crypto.provider.AmazonCorrettoCryptoProvider;
import de.mkammerer.argon2.Argon2;
import de.mkammerer.argon2.Argon2Factory;
import java.security.PrivateKey;
import java.security.Signature;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;

/** What libraries do alone, on as many threads as there are cores. */
final class Bare {
    private static final byte[] INPUT = new byte[900];

    private Bare() {}

    /** RS256 signatures in a second. */
    static double signatures(PrivateKey key, Duration time) throws Exception {
        return perSecond(time, () -> {
            Signature signature = Signature.getInstance("SHA256withRSA", AmazonCorrettoCryptoProvider.INSTANCE);
            signature.initSign(key);
            signature.update(INPUT);
            return signature.sign();
        });
    }

    /** Comparisons of a password with its hash in a second, at the parameters that the service has by default. */
    static double hashes(Duration time) throws Exception {
        Argon2 argon2 = Argon2Factory.create(Argon2Factory.Argon2Types.ARGON2id, 16, 32);
        char[] password = "correct horse battery staple".toCharArray();
        String hash = argon2.hash(3, 65_536, 4, password);
        return perSecond(time, () -> argon2.verify(hash, password));
    }

    private static double perSecond(Duration time, Callable<?> work) throws Exception {
        int cores = Runtime.getRuntime().availableProcessors();
        ExecutorService threads = Executors.newFixedThreadPool(cores);
        try {
            long start = System.nanoTime();
            Callable<Double> each = () -> {
                long done = 0;
                while (System.nanoTime() - start < time.toNanos()) {
                    work.call();
                    done++;
                }
                return done * 1e9 / (System.nanoTime() - start);
            };
            double sum = 0;
            for (Future<Double> rate :
                    threads.invokeAll(Stream.generate(() -> each).limit(cores).toList())) {
                sum += rate.get();
            }
            return sum;
        } finally {
            threads.shutdown();
        }
    }
}
