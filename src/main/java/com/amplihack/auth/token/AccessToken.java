package com.amplihack.auth.token;

import java.time.Instant;
import java.util.List;

/**
 * An access token whose signature, issuer and audience were verified: {@link TokenVerifier} alone makes one. Its times,
 * binding and session are for the gate to check, at every request.
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

    /** The session; never the secret that proves it. */
    public String sid() {
        return claims.sid();
    }

    /** The refresh generation that it was issued in. */
    public long gen() {
        return claims.gen();
    }

    public List<String> roles() {
        return claims.roles();
    }

    public List<String> permissions() {
        return claims.permissions();
    }

    /** The address that it was issued to. */
    public String ip() {
        return claims.ip();
    }

    /** See {@link Fingerprint}. */
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
