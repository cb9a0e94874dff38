package com.amplihack.auth.token;

import com.amplihack.auth.store.SignInFacts;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * An access token whose signature, issuer and audience were verified, created by {@link TokenVerifier} only; the gate
 * checks its times, binding and session at every request.
 */
public final class AccessToken implements Caller {
    private final TokenClaims claims;

    AccessToken(TokenClaims claims) {
        this.claims = claims;
    }

    public String jti() {
        return claims.jti();
    }

    @Override
    public String subject() {
        return claims.subject();
    }

    /** The claim {@code upn}. */
    @Override
    public String username() {
        return claims.username();
    }

    /** The session's id, from which its handle cannot be derived. */
    public String sid() {
        return claims.sid();
    }

    @Override
    public Optional<String> session() {
        return Optional.of(sid());
    }

    @Override
    public Optional<String> apiKey() {
        return Optional.empty();
    }

    /** The session's access generation when the token was issued. */
    public long gen() {
        return claims.gen();
    }

    @Override
    public List<String> roles() {
        return claims.roles();
    }

    @Override
    public List<String> permissions() {
        return claims.permissions();
    }

    /** Whether it may be used for nothing but a change of the password; it has no roles and permissions then. */
    public boolean mustChangePassword() {
        return claims.mustChangePassword();
    }

    /** Whether it may be used only to get a second factor; it has no roles and permissions then. */
    public boolean mustEnroll() {
        return claims.mustEnroll();
    }

    /** When and how its user was authenticated; empty in a token of a version that did not say. */
    @Override
    public Optional<SignInFacts> signIn() {
        return claims.signIn();
    }

    /** The client address that it was issued to. */
    public String ip() {
        return claims.ip();
    }

    /** See {@link UserAgentHash}. */
    public String uaHash() {
        return claims.uaHash();
    }

    public Instant issuedAt() {
        return claims.issuedAt();
    }

    public Instant notBefore() {
        return claims.notBefore();
    }

    @Override
    public Instant expiresAt() {
        return claims.expiresAt();
    }
}
