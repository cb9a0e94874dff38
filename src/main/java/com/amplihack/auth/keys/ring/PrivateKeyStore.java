package com.amplihack.auth.keys.ring;

import com.amplihack.auth.config.source.InvalidSettingException;
import java.io.IOException;

/** Generates and stores private keys: as files or in an HSM; the ring lists each by its name there. */
public interface PrivateKeyStore {
    /** Whether a name belongs to this store. */
    boolean owns(String name);

    /** Generates a key; takes seconds, so never call it under the lock. */
    UnpublishedKey make() throws IOException;

    boolean exists(String name) throws IOException;

    /**
     * Loads the ring's key.
     *
     * @throws InvalidSettingException when it is missing, unusable or another key
     */
    SigningKey read(RingKey key) throws IOException;
}
