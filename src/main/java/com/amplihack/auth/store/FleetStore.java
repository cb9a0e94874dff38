package com.amplihack.auth.store;

import java.time.Duration;
import java.util.List;
import java.util.Set;

/** State that applies to all users and reaches every node within half a second. */
public interface FleetStore {
    /** How many other nodes a node sees. */
    int MOST_NODES = 63;

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

    /**
     * What a node says of itself.
     *
     * @param id of one start of a node
     * @param age since it was written, by the store's clock
     */
    record Node(String id, Duration age, String record) {}

    /**
     * Writes what this node says of itself, for ten minutes.
     *
     * @param id of this start of the node
     * @param record at most 32 KiB; empty when it stops
     * @return the other nodes, at most {@value #MOST_NODES}, those that have stopped answering included
     */
    List<Node> beat(String id, String record);

    /** Marks keys as compromised, for at least a year. */
    void markCompromised(Set<String> kids);
}
