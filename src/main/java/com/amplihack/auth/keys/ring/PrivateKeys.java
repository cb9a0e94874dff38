package com.amplihack.auth.keys.ring;

import com.amplihack.auth.config.source.InvalidSettingException;
import java.io.IOException;

/** Where private halves are made and stay. The ring remembers each by its name, which says where it lies. */
public interface PrivateKeys {
    /** Whether a name is one of these. */
    boolean owns(String name);

    /** Makes a key; takes up to some seconds, so never under the lock while others run. */
    FreshKey make() throws IOException;

    boolean exists(String name) throws IOException;

    /**
     * The key that the ring has under that name.
     *
     * @throws InvalidSettingException when it is another one, or cannot be used
     */
    SigningKey read(RingKey key) throws IOException;
}
