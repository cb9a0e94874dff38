package com.amplihack.auth.keys.ring;

/** The states of a key, passed through in this order. */
public enum KeyState {
    /** Published ahead of signing, so that every verifier knows it first. */
    NEXT,
    /** The only key that signs. */
    ACTIVE,
    /** No longer signs; published until the last token it signed has expired, plus the grace period. */
    RETIRING,
    /** Verifies nothing except late logouts, and nothing at all if compromised. */
    RETIRED;

    boolean isPublished() {
        return this != RETIRED;
    }
}
