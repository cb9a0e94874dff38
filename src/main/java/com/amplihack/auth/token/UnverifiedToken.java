package com.amplihack.auth.token;

/**
 * A well-formed but unverified token, which may be forged; its claims become readable as an {@link AccessToken}.
 *
 * @param compact the JWS compact serialization as received
 * @param claims the remaining claims
 */
public record UnverifiedToken(String compact, String kid, String issuer, String audience, TokenClaims claims) {
    @Override
    public String toString() {
        return "UnverifiedToken[***]";
    }
}
