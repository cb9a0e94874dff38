package com.amplihack.auth.keys.ring;

import com.nimbusds.jose.jwk.RSAKey;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * An immutable key ring with at most one ACTIVE and one NEXT key; every change returns a new ring.
 *
 * @param keys newest first
 */
public record Ring(List<RingKey> keys) {
    public static final Ring EMPTY = new Ring(List.of());

    /** Upper bound of an access token's lifetime under any settings. */
    private static final Duration MAX_TOKEN_LIFETIME = Duration.ofHours(1);

    /** The largest clock skew that can be configured, plus the time until every node has seen a rotation. */
    private static final Duration MARGIN = Duration.ofMinutes(2);

    /** How long a retired key is kept, for the list of keys and for late logouts with its tokens (7 days). */
    private static final Duration REMEMBERED = Duration.ofDays(30);

    public Ring {
        keys = keys.stream()
                .sorted(Comparator.comparing(RingKey::createdAt)
                        .reversed()
                        .thenComparing(RingKey::state)
                        .thenComparing(RingKey::kid))
                .toList();
        Set<String> kids = new HashSet<>();
        if (!keys.stream().map(RingKey::kid).allMatch(kids::add)
                || count(keys, KeyState.ACTIVE) > 1
                || count(keys, KeyState.NEXT) > 1) {
            throw new IllegalArgumentException("a duplicate key, or two ACTIVE or NEXT keys");
        }
    }

    public Optional<RingKey> active() {
        return in(KeyState.ACTIVE);
    }

    public Optional<RingKey> next() {
        return in(KeyState.NEXT);
    }

    public Optional<RingKey> find(String kid) {
        return keys.stream().filter(key -> key.kid().equals(kid)).findFirst();
    }

    /** The keys of the JWKS: the ACTIVE one first, for verifiers that ignore {@code kid}. */
    public List<RingKey> published() {
        return keys.stream()
                .filter(key -> key.state().isPublished())
                .sorted(Comparator.comparing(key -> key.state() != KeyState.ACTIVE))
                .toList();
    }

    /** Adds the first key, which signs at once: no verifier has cached another one. */
    public Ring adopt(RSAKey jwk, String file, Instant now) {
        return publish(jwk, file, now).rotate(now, Duration.ZERO);
    }

    /** Adds a NEXT key. */
    public Ring publish(RSAKey jwk, String file, Instant now) {
        List<RingKey> more = new ArrayList<>(keys);
        more.add(RingKey.next(jwk, file, now));
        return new Ring(more);
    }

    /** Removes the NEXT key, which has never signed. */
    public Ring withoutNext() {
        return new Ring(
                keys.stream().filter(key -> key.state() != KeyState.NEXT).toList());
    }

    /**
     * Promotes the NEXT key; the ACTIVE one stays published until its last token has expired, plus the grace period.
     */
    public Ring rotate(Instant now, Duration grace) {
        Instant end = now.plus(MAX_TOKEN_LIFETIME).plus(MARGIN).plus(grace);
        return each(key -> switch (key.state()) {
            case NEXT -> key.signing(now);
            case ACTIVE -> key.retiring(now, end);
            default -> key;
        });
    }

    /** Retires the keys that are due, and drops those that retired long ago. */
    public Ring retire(Instant now) {
        Instant forgotten = now.minus(REMEMBERED);
        return new Ring(keys.stream()
                .map(key -> key.isDue(now) ? key.retired() : key)
                .filter(key -> key.state() != KeyState.RETIRED
                        || key.retiresAt().filter(forgotten::isAfter).isEmpty())
                .toList());
    }

    /** Marks a key as compromised: no signature of it is trusted any more. */
    public Ring compromise(String kid, Instant now) {
        return each(key -> key.kid().equals(kid) && !key.compromised() ? key.asCompromised(now) : key);
    }

    private Ring each(UnaryOperator<RingKey> step) {
        return new Ring(keys.stream().map(step).toList());
    }

    private Optional<RingKey> in(KeyState state) {
        return keys.stream().filter(key -> key.state() == state).findFirst();
    }

    private static long count(List<RingKey> keys, KeyState state) {
        return keys.stream().filter(key -> key.state() == state).count();
    }
}
