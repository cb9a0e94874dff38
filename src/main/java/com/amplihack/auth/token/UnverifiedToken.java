package com.amplihack.auth.token;

/**
 * A token of the right shape that anybody may have made; what it says can be read from an {@link AccessToken} alone.
 *
 * @param compact the JWS compact serialization as it came
 * @param kid which key is said to have signed it
 * @param issuer as claimed
 * @param audience as claimed
 * @param claims all else that it claims
 */
public record UnverifiedToken(String compact, String kid, String issuer, String audience, TokenClaims claims) {
    @Override
    public String toString() {
        return "UnverifiedToken[***]";
    }
}
