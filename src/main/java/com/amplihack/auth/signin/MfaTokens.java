package com.amplihack.auth.signin;

import com.amplihack.auth.keys.KeyRing;
import com.amplihack.auth.keys.TokenMac;
import com.amplihack.auth.token.Sha256;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Base64;
import java.util.Optional;
import java.util.UUID;

/**
 * Makes and reads {@code mfa_token}s: base64url of version, account, expiry, a 256-bit secret and an HMAC-SHA-256 over these under
 * {@code handle.key}, so that a forgery costs no call to the store, which holds a hash of the secret alone.
 */
@Singleton
public class MfaTokens {
    private static final byte VERSION = 2;
    private static final int SECRET_BYTES = 32;
    private static final int BODY_BYTES = 1 + 16 + Long.BYTES + SECRET_BYTES;
    private static final String LOOKUP = "amplihack-auth mfa token lookup v1";

    /** In characters. */
    public static final int LENGTH = ((BODY_BYTES + TokenMac.BYTES) * 4 + 2) / 3;

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final TokenMac MAC = new TokenMac("amplihack-auth mfa token v2");

    private final KeyRing keys;

    @Inject
    public MfaTokens(KeyRing keys) {
        this.keys = keys;
    }

    /** A new token of an account. */
    String fresh(String subject, Instant expiresAt) {
        byte[] secret = new byte[SECRET_BYTES];
        RANDOM.nextBytes(secret);
        UUID id = UUID.fromString(subject);
        byte[] body = ByteBuffer.allocate(BODY_BYTES)
                .put(VERSION)
                .putLong(id.getMostSignificantBits())
                .putLong(id.getLeastSignificantBits())
                .putLong(expiresAt.getEpochSecond())
                .put(secret)
                .array();
        return Sha256.base64url(ByteBuffer.allocate(BODY_BYTES + TokenMac.BYTES)
                .put(body)
                .put(MAC.of(body, BODY_BYTES, keys))
                .array());
    }

    /** What the token names, expired or not; empty unless this service has made it. */
    public Optional<MfaToken> read(String text) {
        if (text.length() != LENGTH) {
            return Optional.empty();
        }
        byte[] all;
        try {
            all = Base64.getUrlDecoder().decode(text);
        } catch (IllegalArgumentException malformed) {
            return Optional.empty();
        }
        if (!Sha256.base64url(all).equals(text)) {
            return Optional.empty(); // not the canonical encoding (RFC 4648 section 3.5)
        }
        ByteBuffer bytes = ByteBuffer.wrap(all);
        byte version = bytes.get();
        UUID subject = new UUID(bytes.getLong(), bytes.getLong());
        long expiry = bytes.getLong();
        byte[] secret = new byte[SECRET_BYTES];
        byte[] mac = new byte[TokenMac.BYTES];
        bytes.get(secret).get(mac);
        boolean ours = MessageDigest.isEqual(mac, MAC.of(all, BODY_BYTES, keys)) && version == VERSION;
        return ours
                ? Optional.of(
                        new MfaToken(subject.toString(), Sha256.of(LOOKUP, secret), Instant.ofEpochSecond(expiry)))
                : Optional.empty();
    }
}
