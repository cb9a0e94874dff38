package com.amplihack.auth.config;

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
                : Runtime.getRuntime().availableProcessors();
        return new PasswordSettings(
                memory,
                from.integer("auth.argon2.iterations", 1, 100),
                parallelism,
                concurrency,
                from.integer("auth.argon2.queue", 0, 10_000),
                shortest,
                from.integer("auth.password.max", Math.max(64, shortest), 1024));
    }
}
