package com.amplihack.auth.keys;

import com.amplihack.auth.keys.ring.Jwks;
import com.amplihack.auth.keys.ring.Ring;
import com.amplihack.auth.keys.ring.RingKey;
import com.amplihack.auth.keys.ring.SigningKey;
import com.amplihack.auth.keys.ring.VerifyingKey;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What this node believes now. Nothing in here waits for a file, a lock or an HSM, so that a key that is to be believed
 * no more is not, whatever else hangs.
 */
final class KeysInForce {
    private final InstantSource clock;
    private Set<String> dead = Set.of();
    private volatile Snapshot snapshot =
            new Snapshot(Ring.EMPTY, Optional.empty(), Optional.empty(), Map.of(), Jwks.of(Ring.EMPTY.published()));

    KeysInForce(InstantSource clock) {
        this.clock = clock;
    }

    /** Shows another ring; of its private halves those that are known already. */
    synchronized void show(Ring ring) {
        publish(snapshot.with(trusted(ring)));
    }

    /** The keys that sign or wait, and whose private halves are still to be read; the one that signs first. */
    List<RingKey> lacking() {
        Snapshot now = snapshot;
        return Stream.of(
                        now.ring().active().filter(key -> now.active().isEmpty()),
                        now.ring().next().filter(key -> now.next().isEmpty()))
                .flatMap(Optional::stream)
                .toList();
    }

    /** Shows a private half, if its key still signs or waits. */
    synchronized void add(SigningKey key) {
        publish(new Snapshot(
                snapshot.ring(),
                isKeyOf(snapshot.ring().active(), key) ? Optional.of(key) : snapshot.active(),
                isKeyOf(snapshot.ring().next(), key) ? Optional.of(key) : snapshot.next(),
                snapshot.published(),
                snapshot.jwks()));
    }

    /** Believes these no more, whatever ring is shown: it may be an older copy of itself. */
    synchronized void distrust(Set<String> kids) {
        if (!dead.containsAll(kids)) {
            Set<String> more = new HashSet<>(dead);
            more.addAll(kids);
            dead = Set.copyOf(more);
            show(snapshot.ring());
        }
    }

    /** Without the keys that nobody may believe. */
    Ring ring() {
        return snapshot.ring();
    }

    Optional<SigningKey> active() {
        return snapshot.active();
    }

    Optional<SigningKey> next() {
        return snapshot.next();
    }

    Optional<VerifyingKey> find(String kid) {
        return Optional.ofNullable(snapshot.published().get(kid));
    }

    Jwks jwks() {
        return snapshot.jwks();
    }

    private Ring trusted(Ring ring) {
        Ring trusted = ring;
        for (String kid : dead) {
            trusted = trusted.kill(kid, clock.instant());
        }
        return trusted;
    }

    private void publish(Snapshot shown) {
        snapshot = shown;
        MpJwtConfigSource.publish(shown.jwks().text());
    }

    private static boolean isKeyOf(Optional<RingKey> wanted, SigningKey key) {
        return wanted.filter(other -> other.kid().equals(key.kid())).isPresent();
    }

    /**
     * Keys and key set change together, in one write.
     *
     * @param active the key that signs, unless its private half is still to be read
     * @param next the same of the key that waits
     */
    private record Snapshot(
            Ring ring,
            Optional<SigningKey> active,
            Optional<SigningKey> next,
            Map<String, VerifyingKey> published,
            Jwks jwks) {
        Snapshot with(Ring other) {
            Jwks set = Jwks.of(other.published());
            return new Snapshot(
                    other,
                    known(other.active()),
                    known(other.next()),
                    other.published().stream()
                            .map(key -> VerifyingKey.of(key.jwk()))
                            .collect(Collectors.toUnmodifiableMap(VerifyingKey::kid, Function.identity())),
                    jwks.equals(set) ? jwks : set);
        }

        private Optional<SigningKey> known(Optional<RingKey> wanted) {
            return Stream.of(active, next)
                    .flatMap(Optional::stream)
                    .filter(key -> isKeyOf(wanted, key))
                    .findFirst();
        }
    }
}
