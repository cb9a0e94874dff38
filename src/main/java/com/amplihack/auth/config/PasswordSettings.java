package com.amplihack.auth.config;

import com.amplihack.auth.config.source.SettingsReader;
import java.lang.management.ManagementFactory;
import java.util.Optional;

/**
 * How passwords are hashed (Argon2id, RFC 9106) and what a new one must be.
 *
 * @param memoryKib of one hash, in KiB
 * @param iterations passes over that memory
 * @param parallelism lanes
 * @param concurrency hashes computed at the same time
 * @param queue requests that may wait for a turn, each at most 10 s
 * @param shortest code points of a new password, at least
 * @param longest code points of any password, at most
 */
public record PasswordSettings(
        int memoryKib, int iterations, int parallelism, int concurrency, int queue, int shortest, int longest) {
    static PasswordSettings read(SettingsReader from) {
        int parallelism = from.integer("auth.argon2.parallelism", 1, 64);
        int memory = from.integer("auth.argon2.memory.kib", 8 * parallelism, 4 * 1024 * 1024);
        int shortest = from.integer("auth.password.min", 8, 128);
        int concurrency = from.find("auth.argon2.concurrency").isPresent()
                ? from.integer("auth.argon2.concurrency", 1, 256)
                : concurrency(Runtime.getRuntime().availableProcessors(), memory, besideTheHeap());
        return new PasswordSettings(
                memory,
                from.integer("auth.argon2.iterations", 1, 100),
                parallelism,
                concurrency,
                from.integer("auth.argon2.queue", 0, 10_000),
                shortest,
                from.integer("auth.password.max", Math.max(64, shortest), 1024));
    }

    /** One hash for each core, as long as all of them leave half of the memory to others; one in any case. */
    static int concurrency(int cores, int memoryKib, long besideTheHeap) {
        long fitting = besideTheHeap / 2 / (memoryKib * 1024L);
        return (int) Math.max(1, Math.min(cores, fitting));
    }

    /**
     * What to warn of when the hashes of one moment need more memory than there is.
     *
     * @param besideTheHeap see {@link #besideTheHeap()}
     */
    public Optional<String> memoryWarning(long besideTheHeap) {
        long needed = memoryKib * 1024L * concurrency;
        return needed <= besideTheHeap
                ? Optional.empty()
                : Optional.of("auth.argon2.concurrency (" + concurrency + ") times auth.argon2.memory.kib (" + memoryKib
                        + ") is " + (needed >> 20) + " MiB, and Java's heap leaves " + (besideTheHeap >> 20)
                        + " MiB of this machine's or container's memory: so many sign-ins at once may end the server");
    }

    /** Bytes of the machine, or of its container, that are not Java's heap when that is full. */
    public static long besideTheHeap() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof com.sun.management.OperatingSystemMXBean system
                ? Math.max(0, system.getTotalMemorySize() - Runtime.getRuntime().maxMemory())
                : Long.MAX_VALUE;
    }
}
