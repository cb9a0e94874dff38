package com.amplihack.auth.token;

/**
 * A token of the right shape that anybody may have made.
 *
 * @param compact the JWS compact serialization as it came
 * @param kid which key is said to have signed it
 * @param issuer as claimed
 * @param audience as claimed
 * @param claims what it claims; believed only after {@link #verified()}
 */
public record UnverifiedToken(String compact, String kid, String issuer, String audience, AccessToken claims) {
    /** The claims, for a caller that has seen the signature, issuer and audience verified. */
    public AccessToken verified() {
        return claims;
    }

    @Override
    public String toString() {
        return "UnverifiedToken[***]";
    }
}
