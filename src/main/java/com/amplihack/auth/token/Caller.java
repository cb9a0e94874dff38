package com.amplihack.auth.token;

import com.amplihack.auth.store.SignInFacts;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** On whose behalf an admitted request acts, by an access token or an API key; roles and permissions are its own. */
public interface Caller {
    /** The account's id. */
    String subject();

    /** The account's name. */
    String username();

    List<String> roles();

    List<String> permissions();

    /** The id of the session that the access token belongs to; empty for an API key. */
    Optional<String> session();

    /** The id of the API key; empty for an access token. */
    Optional<String> apiKey();

    /** Globs of the models that it may ask for; empty for all. */
    default List<String> models() {
        return List.of();
    }

    /** When and how its user was authenticated; empty for an API key. */
    default Optional<SignInFacts> signIn() {
        return Optional.empty();
    }

    /** When its credential ends. */
    Instant expiresAt();
}
