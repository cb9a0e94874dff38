package com.amplihack.auth.store;

import java.util.Set;

/** What holds for every user and every node, within half a second. */
public interface FleetStore {
    /** Ends every session of every user, on every node within a second, also those being opened or rotated right now. */
    void endEverybody();

    /**
     * The signing keys that were compromised, by their {@code kid}, as they were at most half a second ago: on every node,
     * whatever key directory it has.
     */
    Set<String> deadKeys();

    /** Adds keys to those that were compromised; none comes back within a year. */
    void killKeys(Set<String> kids);
}
