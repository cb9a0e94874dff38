package com.amplihack.auth.users.password.hash;

/**
 * What comparing one password with a stored hash may cost. The number of iterations of bcrypt and PBKDF2 is bounded
 * whatever the limits.
 *
 * @param memoryKib the most memory, in KiB
 * @param workKib the most memory times passes over it, in KiB
 */
public record HashLimits(long memoryKib, long workKib) {
    private static final long MIB = 1024;
    private static final long GIB = 1024 * MIB;

    /**
     * For a hash that somebody brings: 256 MiB and some seconds of work, or as much as the installation's own hashes take.
     *
     * @param ownMemoryKib of a hash of this installation
     * @param ownIterations passes over it
     */
    public static HashLimits atImport(long ownMemoryKib, long ownIterations) {
        return new HashLimits(Math.max(256 * MIB, ownMemoryKib), Math.max(4 * GIB, ownMemoryKib * ownIterations));
    }

    /** For a hash that is stored: also what the installation may have written itself with earlier settings. */
    public static HashLimits atSignIn(long ownMemoryKib, long ownIterations) {
        return new HashLimits(Math.max(GIB, ownMemoryKib), Math.max(100 * GIB, ownMemoryKib * ownIterations));
    }

    void require(long memory, long work) throws UnsupportedHashException {
        if (memory > memoryKib) {
            throw new UnsupportedHashException("takes " + memory / MIB + " MiB of memory; at most " + memoryKib / MIB);
        }
        if (work > workKib) {
            throw new UnsupportedHashException(
                    "takes too long: passes times memory are " + work / MIB + " MiB; at most " + workKib / MIB);
        }
    }
}
