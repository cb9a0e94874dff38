package com.amplihack.auth.apikey;

import com.amplihack.auth.token.Caller;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** A caller that the gate has admitted with an API key. */
public record KeyCaller(KeyGrant grant) implements Caller {
    @Override
    public String subject() {
        return grant.subject();
    }

    @Override
    public String username() {
        return grant.username();
    }

    @Override
    public List<String> roles() {
        return grant.roles();
    }

    @Override
    public List<String> permissions() {
        return grant.permissions();
    }

    @Override
    public Optional<String> session() {
        return Optional.empty();
    }

    @Override
    public Optional<String> apiKey() {
        return Optional.of(grant.keyId());
    }

    @Override
    public List<String> models() {
        return grant.models();
    }

    @Override
    public Instant expiresAt() {
        return grant.expiresAt();
    }
}
