package com.amplihack.auth.session;

import com.amplihack.auth.keys.KeyRing;
import com.amplihack.auth.keys.TokenMac;
import com.amplihack.auth.store.TokenFamily;
import com.amplihack.auth.token.Sha256;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Optional;
import java.util.UUID;

/**
 * Encodes and authenticates refresh tokens: base64url of version, {@code sub}, {@code sid}, generation, secret and an
 * HMAC-SHA-256 over these under {@code handle.key}, so that a forgery is refused without a call to the store.
 */
@Singleton
public class RefreshTokenCodec {
    private static final byte VERSION = 1;
    private static final int SID_BYTES = 32;
    private static final int SECRET_BYTES = 32;
    private static final int SALT_LENGTH = 16;
    private static final int BODY_BYTES = 1 + 16 + SID_BYTES + Long.BYTES + SECRET_BYTES;
    private static final int LENGTH = (BODY_BYTES + TokenMac.BYTES) * 4 / 3 + 1;
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final TokenMac MAC = new TokenMac("amplihack-auth refresh token v1");
    private static final TokenMac SUCCESSION = new TokenMac("amplihack-auth refresh successor v1");
    private static final TokenMac NAME = new TokenMac("amplihack-auth refresh request v1");

    private final KeyRing keys;

    @Inject
    public RefreshTokenCodec(KeyRing keys) {
        this.keys = keys;
    }

    public String encode(RefreshToken token) {
        byte[] body = body(token);
        return Sha256.base64url(joined(body, MAC.of(body, BODY_BYTES, keys)));
    }

    /**
     * Derives a token's successor with a keyed MAC over the salt; since the store keeps the salt, a lost answer can be
     * repeated, and a live token's parent recognized, without storing tokens.
     */
    RefreshToken successorOf(RefreshToken token, String salt) {
        byte[] secret = mac(SUCCESSION, token, salt);
        return new RefreshToken(token.subject(), token.sid(), token.gen() + 1, secret);
    }

    /** An unpredictable salt: 96 random bits, {@value #SALT_LENGTH} characters. */
    static String freshSalt() {
        byte[] salt = new byte[SALT_LENGTH * 6 / 8];
        RANDOM.nextBytes(salt);
        return Sha256.base64url(salt);
    }

    /**
     * The name under which the store remembers a request: {@value TokenFamily#REQUEST_LENGTH} characters derived from
     * the {@code Idempotency-Key} and the token, since the same key with another token is another request.
     *
     * @param idempotencyKey or the empty string, which gives the empty name
     */
    String nameOf(RefreshToken token, String idempotencyKey) {
        if (idempotencyKey.isEmpty()) {
            return "";
        }
        return Sha256.base64url(mac(NAME, token, idempotencyKey)).substring(0, TokenFamily.REQUEST_LENGTH);
    }

    private byte[] mac(TokenMac purpose, RefreshToken token, String more) {
        byte[] all = joined(body(token), more.getBytes(StandardCharsets.UTF_8));
        return purpose.of(all, all.length, keys);
    }

    private static byte[] body(RefreshToken token) {
        UUID subject = UUID.fromString(token.subject());
        return ByteBuffer.allocate(BODY_BYTES)
                .put(VERSION)
                .putLong(subject.getMostSignificantBits())
                .putLong(subject.getLeastSignificantBits())
                .put(Base64.getUrlDecoder().decode(token.sid()))
                .putLong(token.gen())
                .put(token.secret())
                .array();
    }

    private static byte[] joined(byte[] first, byte[] second) {
        return ByteBuffer.allocate(first.length + second.length)
                .put(first)
                .put(second)
                .array();
    }

    /** The token; empty unless this service has issued it. */
    Optional<RefreshToken> decode(String text) {
        if (text.length() != LENGTH) {
            return Optional.empty();
        }
        try {
            byte[] all = Base64.getUrlDecoder().decode(text);
            if (!Sha256.base64url(all).equals(text)) {
                return Optional.empty(); // not the canonical encoding (RFC 4648 section 3.5)
            }
            ByteBuffer bytes = ByteBuffer.wrap(all);
            byte[] sid = new byte[SID_BYTES];
            byte[] secret = new byte[SECRET_BYTES];
            byte[] mac = new byte[TokenMac.BYTES];
            byte version = bytes.get();
            UUID subject = new UUID(bytes.getLong(), bytes.getLong());
            bytes.get(sid);
            long gen = bytes.getLong();
            bytes.get(secret).get(mac);
            boolean ours = MessageDigest.isEqual(mac, MAC.of(all, BODY_BYTES, keys)) && version == VERSION;
            return ours
                    ? Optional.of(new RefreshToken(subject.toString(), Sha256.base64url(sid), gen, secret))
                    : Optional.empty();
        } catch (IllegalArgumentException | BufferUnderflowException malformed) {
            return Optional.empty();
        }
    }
}
