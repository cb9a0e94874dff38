package com.amplihack.auth.keys.ring;

import java.io.IOException;

/** A generated key that the ring does not list yet. */
public interface UnpublishedKey {
    SigningKey key();

    /** See {@link RingKey#file}. */
    String name();

    /** Stores the private key, under the lock, before the ring lists it. */
    void keep() throws IOException;

    /** Destroys the private key if the ring does not list it after all. */
    void discard();
}
