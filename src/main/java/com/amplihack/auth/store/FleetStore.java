package com.amplihack.auth.store;

import java.util.Set;

/** State that applies to all users and reaches every node within half a second. */
public interface FleetStore {
    /**
     * Ends every session of every user, on every node within a second, including those being opened or rotated right
     * now.
     */
    void endEverybody();

    /**
     * The {@code kid}s of the compromised signing keys, at most half a second old; the same on every node, whatever its
     * key directory contains.
     */
    Set<String> compromisedKeys();

    /** Marks keys as compromised, for at least a year. */
    void markCompromised(Set<String> kids);
}
