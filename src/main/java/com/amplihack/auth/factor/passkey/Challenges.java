package com.amplihack.auth.factor.passkey;

import com.amplihack.auth.keys.KeyRing;
import com.amplihack.auth.keys.TokenMac;
import com.amplihack.auth.store.LoginStore;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;

/**
 * Challenges that only this service makes, each good for five minutes, one purpose and one answer (WebAuthn Level 3, section
 * 13.4.3). Nothing is stored for a challenge that nobody answers: it holds 256 random bits, its time, and a MAC over both and
 * what it is for (docs/adr/0093).
 */
@Singleton
public class Challenges {
    /** What a challenge is for; it is refused for anything else. */
    enum Purpose {
        REGISTRATION,
        SIGN_IN,
        SECOND_FACTOR
    }

    static final Duration LIFE = Duration.ofMinutes(5);

    /** How far the clocks of two nodes may be apart. */
    static final Duration SKEW = Duration.ofSeconds(30);

    private static final int RANDOM_BYTES = 32;
    private static final int BODY_BYTES = RANDOM_BYTES + Long.BYTES;
    private static final int LENGTH = BODY_BYTES + TokenMac.BYTES;
    private static final TokenMac MAC = new TokenMac("amplihack-auth passkey challenge v1");
    private static final SecureRandom RANDOM = new SecureRandom();

    private final KeyRing keys;
    private final LoginStore store;
    private final InstantSource clock;

    @Inject
    public Challenges(KeyRing keys, LoginStore store, InstantSource clock) {
        this.keys = keys;
        this.store = store;
        this.clock = clock;
    }

    /**
     * A fresh challenge, in base64url.
     *
     * @param binding what else the answer must belong to, such as the account and its session; may be empty
     */
    String issue(Purpose purpose, String binding) {
        byte[] random = new byte[RANDOM_BYTES];
        RANDOM.nextBytes(random);
        byte[] body = ByteBuffer.allocate(BODY_BYTES)
                .put(random)
                .putLong(clock.millis())
                .array();
        return Base64Url.encode(ByteBuffer.allocate(LENGTH)
                .put(body)
                .put(mac(body, purpose, binding))
                .array());
    }

    /** Whether this service has made the challenge for this, within the last five minutes. */
    boolean isGood(String challenge, Purpose purpose, String binding) {
        return Base64Url.decode(challenge)
                .filter(all -> all.length == LENGTH)
                .filter(all -> isOurs(all, purpose, binding))
                .filter(all -> isFresh(madeAt(all)))
                .isPresent();
    }

    private boolean isOurs(byte[] all, Purpose purpose, String binding) {
        byte[] mac = Arrays.copyOfRange(all, BODY_BYTES, LENGTH);
        return MessageDigest.isEqual(mac, mac(Arrays.copyOf(all, BODY_BYTES), purpose, binding));
    }

    private boolean isFresh(Instant made) {
        Instant now = clock.instant();
        return now.isBefore(made.plus(LIFE)) && !made.isAfter(now.plus(SKEW));
    }

    /**
     * Uses up a good challenge whose answer has been verified; only verified answers cost memory, for at most six minutes.
     *
     * @param accountId of the answer
     * @return whether this is its first answer
     */
    boolean redeem(String challenge, String accountId) {
        byte[] all = Base64Url.decode(challenge).orElseThrow();
        // at least as long as the slowest clock of a node thinks it good
        Duration life =
                Duration.between(clock.instant(), madeAt(all).plus(LIFE)).plus(SKEW.multipliedBy(2));
        return store.redeem(accountId, Base64Url.encode(Arrays.copyOf(all, RANDOM_BYTES)), life);
    }

    private static Instant madeAt(byte[] challenge) {
        return Instant.ofEpochMilli(ByteBuffer.wrap(challenge).getLong(RANDOM_BYTES));
    }

    private byte[] mac(byte[] body, Purpose purpose, String binding) {
        byte[] meaning = (purpose.name() + '\0' + binding).getBytes(StandardCharsets.UTF_8);
        byte[] all = ByteBuffer.allocate(body.length + meaning.length)
                .put(body)
                .put(meaning)
                .array();
        return MAC.of(all, all.length, keys);
    }
}
