package com.amplihack.auth.session;

import com.amplihack.auth.token.Sha256;
import java.security.SecureRandom;

/**
 * A refresh token, opaque to clients, that names its session and generation (docs/refresh-protocol.md).
 *
 * @param secret 256 bits: random in a session's first token, then derived from the parent; the store holds only a hash
 */
@SuppressWarnings("ArrayRecordComponent") // never compared as a record, nor read outside this package
public record RefreshToken(String subject, String sid, long gen, byte[] secret) {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int HASH_LENGTH = 22;
    private static final String LOOKUP = "amplihack-auth refresh lookup v1";

    public static RefreshToken fresh(String subject, String sid, long gen) {
        byte[] secret = new byte[32];
        RANDOM.nextBytes(secret);
        return new RefreshToken(subject, sid, gen, secret);
    }

    /** The hash that the store holds: {@value #HASH_LENGTH} characters of base64url, 132 bits. */
    String hash() {
        return Sha256.of(LOOKUP, secret).substring(0, HASH_LENGTH);
    }

    @Override
    public String toString() {
        return "RefreshToken[gen=" + gen + "]";
    }
}
