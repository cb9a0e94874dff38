package com.amplihack.auth.apikey;

import java.util.Optional;

/** The API keys in the database, as the gate asks for them when the store does not know them. */
public interface KeyDirectory {
    /** The id of the account that a key was made for, whatever became of both; empty if there never was such a key. */
    Optional<String> ownerOf(String keyId);

    /**
     * What the key may do now; empty if it is unknown, revoked or expired, or if its account is deleted, disabled or must
     * change its password.
     */
    Optional<KeyGrant> find(String keyId);
}
