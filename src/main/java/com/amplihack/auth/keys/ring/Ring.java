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
 * The keys and where they stand ({@link KeyState}), as one immutable value: at most one signs, at most one waits, and a
 * step makes another ring.
 *
 * @param keys the newest first
 */
public record Ring(List<RingKey> keys) {
    public static final Ring EMPTY = new Ring(List.of());

    /** No access token lives longer, whatever the settings say now or said when it was issued. */
    private static final Duration LONGEST_TOKEN = Duration.ofHours(1);

    /** The largest skew that may be configured, and the time that the other nodes need to hear of a rotation. */
    private static final Duration MARGIN = Duration.ofMinutes(2);

    /** How long a retired key is remembered: for the list, and for a late logout with its tokens (7 days). */
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
            throw new IllegalArgumentException("a key twice, or two keys that sign or wait");
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

    /** What the JWKS holds: the key that signs first, for those who look at no {@code kid}. */
    public List<RingKey> published() {
        return keys.stream()
                .filter(key -> key.state().isPublished())
                .sorted(Comparator.comparing(key -> key.state() != KeyState.ACTIVE))
                .toList();
    }

    /** The first key signs at once: nobody has seen another one. */
    public Ring adopt(RSAKey jwk, String file, Instant now) {
        return publish(jwk, file, now).rotate(now, Duration.ZERO);
    }

    /** A key joins and waits. */
    public Ring publish(RSAKey jwk, String file, Instant now) {
        List<RingKey> more = new ArrayList<>(keys);
        more.add(RingKey.next(jwk, file, now));
        return new Ring(more);
    }

    /** A key that waited and never signed leaves without a trace. */
    public Ring withoutNext() {
        return new Ring(
                keys.stream().filter(key -> key.state() != KeyState.NEXT).toList());
    }

    /** The key that waits signs from now on; the one that did stays published until its last token is over. */
    public Ring rotate(Instant now, Duration grace) {
        Instant end = now.plus(LONGEST_TOKEN).plus(MARGIN).plus(grace);
        return each(key -> switch (key.state()) {
            case NEXT -> key.signing(now);
            case ACTIVE -> key.retiring(now, end);
            default -> key;
        });
    }

    /** The keys whose time has come retire; those that retired long ago are forgotten. */
    public Ring retire(Instant now) {
        Instant forgotten = now.minus(REMEMBERED);
        return new Ring(keys.stream()
                .map(key -> key.isDue(now) ? key.retired() : key)
                .filter(key -> key.state() != KeyState.RETIRED
                        || key.retiresAt().filter(forgotten::isAfter).isEmpty())
                .toList());
    }

    /** Nothing that the key ever signed is believed any more. */
    public Ring kill(String kid, Instant now) {
        return each(key -> key.kid().equals(kid) && !key.compromised() ? key.dead(now) : key);
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
