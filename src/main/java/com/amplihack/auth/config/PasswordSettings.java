package com.amplihack.auth.config;

import com.amplihack.auth.config.source.Setting;
import com.amplihack.auth.config.source.SettingsReader;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
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
 * @param history how many of an account's last passwords a new one must differ from, 0 to 24
 * @param longestUse how long a password is good for; empty: without end
 * @param breachedFile SHA-1 hashes of breached passwords, sorted
 */
public record PasswordSettings(
        int memoryKib,
        int iterations,
        int parallelism,
        int concurrency,
        int queue,
        int shortest,
        int longest,
        int history,
        Optional<Duration> longestUse,
        Optional<Path> breachedFile) {
    private static final Setting<Integer> PARALLELISM = Setting.integer("auth.argon2.parallelism", "lanes", 1, 64)
            .byDefault("4")
            .says("the lanes of a password hash (RFC 9106)");
    private static final int MOST_MEMORY = 4 * 1024 * 1024;
    private static final Setting<Integer> MEMORY = Setting.integer("auth.argon2.memory.kib", "KiB", 8, MOST_MEMORY)
            .byDefault("65536")
            .says("the memory of a password hash; at least 8 times `auth.argon2.parallelism`");
    private static final Setting<Integer> ITERATIONS = Setting.integer("auth.argon2.iterations", "passes", 1, 100)
            .byDefault("3")
            .says("the passes of a password hash over its memory");
    private static final Setting<Integer> CONCURRENCY = Setting.integer("auth.argon2.concurrency", "hashes", 1, 256)
            .example("4")
            .says("password hashes at a time; if not set, the number of cores, or fewer if that many hashes would take"
                    + " more than half of the memory outside Java's heap. The log warns at startup when the memory is too"
                    + " small for them");
    private static final Setting<Integer> QUEUE = Setting.integer("auth.argon2.queue", "hashes", 0, 10_000)
            .byDefault("64")
            .says("password hashes that may wait, each for at most 10 s");
    private static final Setting<Integer> SHORTEST = Setting.integer("auth.password.min", "code points", 8, 128)
            .byDefault("15")
            .says(
                    "the least length of a new password, after NFC. Whatever its length, a password must take 10^10 guesses"
                            + " (docs/adr/0043-passwords-in-nfc.md), so hardly any below 10 characters is accepted");
    private static final int MOST_LENGTH = 1024;
    private static final Setting<Integer> LONGEST = Setting.integer("auth.password.max", "code points", 64, MOST_LENGTH)
            .byDefault("128")
            .says("the greatest length of a password, after NFC; at least `auth.password.min`");

    private static final Setting<Integer> HISTORY = Setting.integer("auth.password.history", "passwords", 0, 24)
            .byDefault("5")
            .live()
            .says(
                    "how many of the account's last passwords, the current one included, people cannot choose again; 0: any"
                            + " (docs/passwords.md)");
    private static final Setting<Integer> MAX_DAYS = Setting.integer("auth.password.max.days", "days", 1, 3650)
            .example("365")
            .live()
            .says("whoever signs in with a password older than that may do nothing but change it. Best not set: NIST SP"
                    + " 800-63B-4 forbids it (docs/passwords.md)");
    private static final Setting<Path> BREACHED_FILE = Setting.path("auth.password.breached.file")
            .example("/var/lib/pwned-passwords.txt")
            .says(
                    "the SHA-1 hashes of breached passwords, in the order of the hashes, as Have I Been Pwned's downloader"
                            + " writes them: nobody can choose one of these passwords (docs/passwords.md)");

    static PasswordSettings read(SettingsReader from) {
        int parallelism = from.read(PARALLELISM);
        int memory = from.read(MEMORY);
        int shortest = from.read(SHORTEST);
        int longest = from.read(LONGEST);
        requireAtLeast(8 * parallelism, MEMORY, "KiB", MOST_MEMORY, memory);
        requireAtLeast(shortest, LONGEST, "code points", MOST_LENGTH, longest);
        return new PasswordSettings(
                memory,
                from.read(ITERATIONS),
                parallelism,
                from.find(CONCURRENCY)
                        .orElseGet(() ->
                                concurrency(Runtime.getRuntime().availableProcessors(), memory, memoryBesideHeap())),
                from.read(QUEUE),
                shortest,
                longest,
                from.read(HISTORY),
                from.find(MAX_DAYS).map(Duration::ofDays),
                from.find(BREACHED_FILE));
    }

    private static void requireAtLeast(int least, Setting<Integer> setting, String unit, int most, int value) {
        if (value < least) {
            throw setting.refused(
                    "a whole number of " + unit + " from " + least + " to " + most, Integer.toString(value));
        }
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
