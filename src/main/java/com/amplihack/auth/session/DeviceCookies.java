package com.amplihack.auth.session;

import com.amplihack.auth.keys.KeyRing;
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
 * Marks the devices that have signed in, and recognizes only its own marks: base64url of version, account, time of the
 * login, nonce and an HMAC-SHA-256 over them and the version of the account's password. Good for a year at most, for one
 * account, until its password changes. No store knows them; a mark signs nobody in.
 */
@Singleton
public class DeviceCookies {
    /** How long a device is known after its last login. */
    public static final Duration LIFE = Duration.ofDays(365);

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final byte VERSION = 1;
    private static final int NONCE_BYTES = 16;
    private static final int BODY_BYTES = 1 + 16 + Long.BYTES + NONCE_BYTES;
    private static final int SIGNED_BYTES = BODY_BYTES + Long.BYTES; // with the password's version, which is not sent
    private static final int LENGTH = (BODY_BYTES + HandleMac.BYTES) * 4 / 3 + 1;
    private static final HandleMac MAC = new HandleMac("amplihack-auth device cookie v1");

    private final KeyRing keys;
    private final InstantSource clock;

    @Inject
    public DeviceCookies(KeyRing keys, InstantSource clock) {
        this.keys = keys;
        this.clock = clock;
    }

    /** A mark for the device that has just signed in to the account: another one at every login. */
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
        return Sha256.base64url(ByteBuffer.allocate(BODY_BYTES + HandleMac.BYTES)
                .put(body.array())
                .put(mac)
                .array());
    }

    /** Every cookie that came: a neighbour may have tossed one in front of ours. */
    public PresentedDevices presented(Collection<String> cookies) {
        return (accountId, passwordVersion) -> cookies.stream()
                .map(cookie -> nonce(cookie, accountId, passwordVersion))
                .flatMap(Optional::stream)
                .findFirst();
    }

    /** Empty for everything that this service did not write for this account under this password. */
    private Optional<String> nonce(String text, String accountId, long passwordVersion) {
        if (text.length() != LENGTH) {
            return Optional.empty();
        }
        byte[] all;
        try {
            all = Base64.getUrlDecoder().decode(text);
        } catch (IllegalArgumentException foreign) {
            return Optional.empty();
        }
        if (!Sha256.base64url(all).equals(text)) {
            return Optional.empty(); // another spelling of the same bytes (RFC 4648 section 3.5)
        }
        ByteBuffer bytes = ByteBuffer.wrap(all);
        byte[] nonce = new byte[NONCE_BYTES];
        byte[] mac = new byte[HandleMac.BYTES];
        byte version = bytes.get();
        UUID id = new UUID(bytes.getLong(), bytes.getLong());
        long madeAt = bytes.getLong();
        bytes.get(nonce).get(mac);
        boolean known = MessageDigest.isEqual(mac, mac(all, passwordVersion))
                && version == VERSION
                && id.toString().equals(accountId)
                && clock.instant().isBefore(Instant.ofEpochSecond(madeAt).plus(LIFE));
        return known ? Optional.of(Sha256.base64url(nonce)) : Optional.empty();
    }

    /** Over the body, which the first bytes are, and the password's version. */
    private byte[] mac(byte[] bytes, long passwordVersion) {
        ByteBuffer signed =
                ByteBuffer.allocate(SIGNED_BYTES).put(bytes, 0, BODY_BYTES).putLong(passwordVersion);
        return MAC.of(signed.array(), SIGNED_BYTES, keys);
    }
}
