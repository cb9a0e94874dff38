package com.amplihack.auth.store.anchor;

import java.util.Optional;

/** Remembers how far each node's audit chain has got, for a year after the last time. */
public interface AnchorStore {
    /** Remembers the head of a node's chain, unless a later one is remembered already. */
    void anchor(String node, ChainAnchor head);

    /** The head of a node's chain that is remembered. */
    Optional<ChainAnchor> anchor(String node);
}
