package com.amplihack.auth.session;

import com.amplihack.auth.token.Sha256;
import java.security.SecureRandom;

/**
 * A refresh token that carries our MAC: opaque to clients, it names its session and generation
 * (docs/refresh-protocol.md).
 *
 * @param secret 256 bits, random in the first of a session, then made of the parent's; the store holds only a hash of them
 */
@SuppressWarnings("ArrayRecordComponent") // never compared as a record; nobody outside this package sees the bytes
public record RefreshToken(String subject, String sid, long gen, byte[] secret) {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int HASH_LENGTH = 22;
    private static final String LOOKUP = "amplihack-auth refresh lookup v1";

    public static RefreshToken fresh(String subject, String sid, long gen) {
        byte[] secret = new byte[32];
        RANDOM.nextBytes(secret);
        return new RefreshToken(subject, sid, gen, secret);
    }

    /** What the store knows of it: {@value #HASH_LENGTH} characters of base64url, 132 bits. */
    String hash() {
        return Sha256.of(LOOKUP, secret).substring(0, HASH_LENGTH);
    }

    @Override
    public String toString() {
        return "RefreshToken[gen=" + gen + "]";
    }
}
