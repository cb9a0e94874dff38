package com.amplihack.auth.config;

import com.amplihack.auth.config.source.SettingsReader;
import java.lang.management.ManagementFactory;
import java.util.Optional;

/**
 * The Argon2id parameters (RFC 9106), the hashing bulkhead and the password rules.
 *
 * @param memoryKib per hash
 * @param iterations passes over the memory
 * @param parallelism lanes
 * @param concurrency concurrent hashes
 * @param queue waiting requests, each for at most 10 s
 * @param shortest minimum length of a new password in code points
 * @param longest maximum length of any password in code points
 */
public record PasswordSettings(
        int memoryKib, int iterations, int parallelism, int concurrency, int queue, int shortest, int longest) {
    static PasswordSettings read(SettingsReader from) {
        int parallelism = from.integer("auth.argon2.parallelism", 1, 64);
        int memory = from.integer("auth.argon2.memory.kib", 8 * parallelism, 4 * 1024 * 1024);
        int shortest = from.integer("auth.password.min", 8, 128);
        int concurrency = from.find("auth.argon2.concurrency").isPresent()
                ? from.integer("auth.argon2.concurrency", 1, 256)
                : concurrency(Runtime.getRuntime().availableProcessors(), memory, memoryBesideHeap());
        return new PasswordSettings(
                memory,
                from.integer("auth.argon2.iterations", 1, 100),
                parallelism,
                concurrency,
                from.integer("auth.argon2.queue", 0, 10_000),
                shortest,
                from.integer("auth.password.max", Math.max(64, shortest), 1024));
    }

    /** One hash per core, limited to half of the memory beside the heap; at least one. */
    static int concurrency(int cores, int memoryKib, long memoryBesideHeap) {
        long fitting = memoryBesideHeap / 2 / (memoryKib * 1024L);
        return (int) Math.max(1, Math.min(cores, fitting));
    }

    /**
     * A warning if concurrent hashes can exhaust the memory.
     *
     * @param memoryBesideHeap see {@link #memoryBesideHeap()}
     */
    public Optional<String> memoryWarning(long memoryBesideHeap) {
        long needed = memoryKib * 1024L * concurrency;
        return needed <= memoryBesideHeap
                ? Optional.empty()
                : Optional.of("auth.argon2.concurrency (" + concurrency + ") times auth.argon2.memory.kib (" + memoryKib
                        + ") is " + (needed >> 20) + " MiB, and Java's heap leaves " + (memoryBesideHeap >> 20)
                        + " MiB of this machine's or container's memory: that many logins at once may end the server");
    }

    /** The bytes of the machine's or container's memory that the maximum heap leaves. */
    public static long memoryBesideHeap() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof com.sun.management.OperatingSystemMXBean system
                ? Math.max(0, system.getTotalMemorySize() - Runtime.getRuntime().maxMemory())
                : Long.MAX_VALUE;
    }
}
