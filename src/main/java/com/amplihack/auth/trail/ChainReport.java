package com.amplihack.auth.trail;

import java.util.List;
import java.util.Optional;

/** What a verification of all nodes' chains has found. */
public record ChainReport(List<NodeReport> nodes) {
    public ChainReport {
        nodes = List.copyOf(nodes);
    }

    /** Whether nothing bad was found. */
    public boolean isGood() {
        return nodes.stream().allMatch(node -> node.firstBad().isEmpty());
    }

    /**
     * What was found of one node.
     *
     * @param entries that were verified
     * @param isComplete whether nothing older was left to the offline command
     */
    public record NodeReport(String node, long entries, boolean isComplete, Optional<BadEntry> firstBad) {}

    /**
     * The first entry that is not as it was written.
     *
     * @param seq of the entry; 0 if it has none
     * @param kind edited, deleted, reordered, truncated, another chain, malformed
     * @param place the name of a file, or {@code database}
     * @param line of the file, from 1; 0 for the end
     */
    public record BadEntry(long seq, String kind, String place, long line, String detail) {}
}
