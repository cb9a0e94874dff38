package com.amplihack.auth.token;

import com.amplihack.auth.keys.KeyRing;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.Optional;
import java.util.UUID;

/**
 * Writes refresh tokens and reads back only its own: base64url of version, {@code sub}, {@code sid}, generation, secret
 * and an HMAC-SHA-256 over all of it under {@code handle.key}. Garbage costs one MAC and touches no store.
 */
@ApplicationScoped
public class RefreshTokenCodec {
    private static final byte VERSION = 1;
    private static final int SID_BYTES = 32;
    private static final int SECRET_BYTES = 32;
    private static final int BODY_BYTES = 1 + 16 + SID_BYTES + Long.BYTES + SECRET_BYTES;
    private static final int LENGTH = (BODY_BYTES + HandleMac.BYTES) * 4 / 3 + 1;
    private static final HandleMac MAC = new HandleMac("amplihack-auth refresh token v1");

    private KeyRing keys;

    /** For CDI. */
    public RefreshTokenCodec() {}

    @Inject
    public RefreshTokenCodec(KeyRing keys) {
        this.keys = keys;
    }

    String encode(RefreshToken token) {
        UUID subject = UUID.fromString(token.subject());
        ByteBuffer bytes = ByteBuffer.allocate(BODY_BYTES + HandleMac.BYTES)
                .put(VERSION)
                .putLong(subject.getMostSignificantBits())
                .putLong(subject.getLeastSignificantBits())
                .put(Base64.getUrlDecoder().decode(token.sid()))
                .putLong(token.gen())
                .put(token.secret());
        bytes.put(MAC.of(bytes.array(), BODY_BYTES, keys));
        return Sha256.base64url(bytes.array());
    }

    /** Empty for everything that this service did not write. */
    Optional<RefreshToken> decode(String text) {
        if (text.length() != LENGTH) {
            return Optional.empty();
        }
        try {
            byte[] all = Base64.getUrlDecoder().decode(text);
            if (!Sha256.base64url(all).equals(text)) {
                return Optional.empty(); // another spelling of the same bytes (RFC 4648 section 3.5)
            }
            ByteBuffer bytes = ByteBuffer.wrap(all);
            byte[] sid = new byte[SID_BYTES];
            byte[] secret = new byte[SECRET_BYTES];
            byte[] mac = new byte[HandleMac.BYTES];
            byte version = bytes.get();
            UUID subject = new UUID(bytes.getLong(), bytes.getLong());
            bytes.get(sid);
            long gen = bytes.getLong();
            bytes.get(secret).get(mac);
            boolean ours = MessageDigest.isEqual(mac, MAC.of(all, BODY_BYTES, keys)) && version == VERSION;
            return ours
                    ? Optional.of(new RefreshToken(subject.toString(), Sha256.base64url(sid), gen, secret))
                    : Optional.empty();
        } catch (IllegalArgumentException | BufferUnderflowException foreign) {
            return Optional.empty();
        }
    }
}
