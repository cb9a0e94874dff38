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

/** The keys that this node trusts now; never waits for a file or an HSM, so that distrusting a key always works. */
final class TrustedKeys {
    private final InstantSource clock;
    private Set<String> dead = Set.of();
    private volatile Snapshot snapshot =
            new Snapshot(Ring.EMPTY, Optional.empty(), Optional.empty(), Map.of(), Jwks.of(Ring.EMPTY.published()));

    TrustedKeys(InstantSource clock) {
        this.clock = clock;
    }

    /** Switches to another ring, keeping the private keys that are loaded already. */
    synchronized void show(Ring ring) {
        publish(snapshot.with(trusted(ring)));
    }

    /** The ACTIVE and NEXT keys whose private keys are not loaded yet, in this order. */
    List<RingKey> lacking() {
        Snapshot now = snapshot;
        return Stream.of(
                        now.ring().active().filter(key -> now.active().isEmpty()),
                        now.ring().next().filter(key -> now.next().isEmpty()))
                .flatMap(Optional::stream)
                .toList();
    }

    /** Adds a loaded private key, if its key is still ACTIVE or NEXT. */
    synchronized void add(SigningKey key) {
        publish(new Snapshot(
                snapshot.ring(),
                isKeyOf(snapshot.ring().active(), key) ? Optional.of(key) : snapshot.active(),
                isKeyOf(snapshot.ring().next(), key) ? Optional.of(key) : snapshot.next(),
                snapshot.published(),
                snapshot.jwks()));
    }

    /** Distrusts these keys in every ring from now on: a restored backup may not list them as compromised. */
    synchronized void distrust(Set<String> kids) {
        if (!dead.containsAll(kids)) {
            Set<String> more = new HashSet<>(dead);
            more.addAll(kids);
            dead = Set.copyOf(more);
            show(snapshot.ring());
        }
    }

    /** The ring with distrusted keys marked as compromised. */
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
            trusted = trusted.compromise(kid, clock.instant());
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
     * Keys and key set, replaced together in one write.
     *
     * @param active the ACTIVE key, once its private key is loaded
     * @param next the NEXT key, once its private key is loaded
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
