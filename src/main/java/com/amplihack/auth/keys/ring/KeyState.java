package com.amplihack.auth.keys.ring;

/** Where a key of the ring stands; it moves to the right and never back. */
public enum KeyState {
    /** Published, so that everybody knows it before it signs. */
    NEXT,
    /** The one that signs. */
    ACTIVE,
    /** Signs no more; stays published until the last token that it signed has expired, and the grace after that. */
    RETIRING,
    /** Verifies nothing any more, except who wants to sign out, and not even that when it was compromised. */
    RETIRED;

    boolean isPublished() {
        return this != RETIRED;
    }
}
