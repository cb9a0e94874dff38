package com.amplihack.auth.session;

import com.amplihack.auth.keys.KeyRing;
import com.amplihack.auth.keys.TokenMac;
import com.amplihack.auth.token.Sha256;
import com.amplihack.auth.users.Account;
import com.amplihack.auth.users.login.PresentedDevices;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Collection;
import java.util.Optional;
import java.util.UUID;

/**
 * Issues and recognizes device cookies, which mark a device as known to one account for a year or until its password
 * changes but authenticate nobody: base64url of version, account, login time, nonce and an HMAC-SHA-256 over these and
 * the account's password version. They are not stored.
 */
@Singleton
public class DeviceCookies {
    /** How long a device cookie is valid. */
    public static final Duration LIFE = Duration.ofDays(365);

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final byte VERSION = 1;
    private static final int NONCE_BYTES = 16;
    private static final int BODY_BYTES = 1 + 16 + Long.BYTES + NONCE_BYTES;
    private static final int SIGNED_BYTES = BODY_BYTES + Long.BYTES; // with the password version, which is not sent
    private static final int LENGTH = (BODY_BYTES + TokenMac.BYTES) * 4 / 3 + 1;
    private static final TokenMac MAC = new TokenMac("amplihack-auth device cookie v1");

    private final KeyRing keys;
    private final InstantSource clock;

    @Inject
    public DeviceCookies(KeyRing keys, InstantSource clock) {
        this.keys = keys;
        this.clock = clock;
    }

    /** A new cookie for the device that has just signed in to the account. */
    public String issue(Account account) {
        byte[] nonce = new byte[NONCE_BYTES];
        RANDOM.nextBytes(nonce);
        UUID id = UUID.fromString(account.id());
        ByteBuffer body = ByteBuffer.allocate(BODY_BYTES)
                .put(VERSION)
                .putLong(id.getMostSignificantBits())
                .putLong(id.getLeastSignificantBits())
                .putLong(clock.instant().getEpochSecond())
                .put(nonce);
        byte[] mac = mac(body.array(), account.passwordVersion());
        return Sha256.base64url(ByteBuffer.allocate(BODY_BYTES + TokenMac.BYTES)
                .put(body.array())
                .put(mac)
                .array());
    }

    /** Tries every cookie of the request, since another site may have tossed one in front of ours. */
    public PresentedDevices presented(Collection<String> cookies) {
        return (accountId, passwordVersion) -> cookies.stream()
                .map(cookie -> nonce(cookie, accountId, passwordVersion))
                .flatMap(Optional::stream)
                .findFirst();
    }

    /** The cookie's nonce; empty unless it was issued for this account and its current password. */
    private Optional<String> nonce(String text, String accountId, long passwordVersion) {
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
        byte[] nonce = new byte[NONCE_BYTES];
        byte[] mac = new byte[TokenMac.BYTES];
        byte version = bytes.get();
        UUID id = new UUID(bytes.getLong(), bytes.getLong());
        long issuedAt = bytes.getLong();
        bytes.get(nonce).get(mac);
        boolean known = MessageDigest.isEqual(mac, mac(all, passwordVersion))
                && version == VERSION
                && id.toString().equals(accountId)
                && clock.instant().isBefore(Instant.ofEpochSecond(issuedAt).plus(LIFE));
        return known ? Optional.of(Sha256.base64url(nonce)) : Optional.empty();
    }

    /** Over the leading body bytes and the password version. */
    private byte[] mac(byte[] bytes, long passwordVersion) {
        ByteBuffer signed =
                ByteBuffer.allocate(SIGNED_BYTES).put(bytes, 0, BODY_BYTES).putLong(passwordVersion);
        return MAC.of(signed.array(), SIGNED_BYTES, keys);
    }
}
