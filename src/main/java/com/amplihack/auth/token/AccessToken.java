package com.amplihack.auth.token;

import java.time.Instant;
import java.util.List;

/**
 * An access token whose signature, issuer and audience were verified, created by {@link TokenVerifier} only; the gate
 * checks its times, binding and session at every request.
 */
public final class AccessToken {
    private final TokenClaims claims;

    AccessToken(TokenClaims claims) {
        this.claims = claims;
    }

    public String jti() {
        return claims.jti();
    }

    /** The account's id. */
    public String subject() {
        return claims.subject();
    }

    /** The account's name ({@code upn}). */
    public String username() {
        return claims.username();
    }

    /** The session's id, from which its handle cannot be derived. */
    public String sid() {
        return claims.sid();
    }

    /** The session's access generation when the token was issued. */
    public long gen() {
        return claims.gen();
    }

    public List<String> roles() {
        return claims.roles();
    }

    public List<String> permissions() {
        return claims.permissions();
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

    public Instant expiresAt() {
        return claims.expiresAt();
    }
}
