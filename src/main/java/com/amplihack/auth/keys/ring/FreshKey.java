package com.amplihack.auth.keys.ring;

import java.io.IOException;

/** A key that no ring names yet. */
public interface FreshKey {
    SigningKey key();

    /** See {@link RingKey#file}. */
    String name();

    /** Lays the private half where it stays, under the lock, before the ring names it. */
    void keep() throws IOException;

    /** The ring has come to name another key: of this one nothing stays. */
    void discard();
}
