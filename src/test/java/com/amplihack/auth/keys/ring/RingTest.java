package com.amplihack.auth.keys.ring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.nimbusds.jose.jwk.RSAKey;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.RSAKeyGenParameterSpec;
import java.security.spec.RSAPublicKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("fault-33")
class RingTest {
    private static final Instant START = Instant.parse("2026-11-23T10:20:30Z");
    private static final Duration GRACE = Duration.ofHours(24);

    private static final RSAKey ONE = key(1);
    private static final RSAKey TWO = key(2);
    private static final RSAKey THREE = key(3);

    private final Ring first = Ring.EMPTY.adopt(ONE, "jwt_private.pem", START);

    @Test
    void firstKeySignsAtOnce() {
        assertEquals(ONE.getKeyID(), first.active().orElseThrow().kid());
        assertEquals(Optional.of(START), first.active().orElseThrow().signsFrom());
        assertEquals(Optional.empty(), first.next());
    }

    @Test
    void publishedKeyWaits() {
        Ring ring = first.publish(TWO, "two", START.plusSeconds(1));
        assertEquals(ONE.getKeyID(), ring.active().orElseThrow().kid());
        assertEquals(TWO.getKeyID(), ring.next().orElseThrow().kid());
        assertEquals(List.of(ONE.getKeyID(), TWO.getKeyID()), published(ring));
    }

    @Test
    void rotationLetsTheWaitingKeySignAndTheOtherRetire() {
        Instant later = START.plusSeconds(700);
        Ring ring = first.publish(TWO, "two", START.plusSeconds(1))
                .rotate(later, GRACE)
                .publish(THREE, "three", later);
        assertEquals(TWO.getKeyID(), ring.active().orElseThrow().kid());
        assertEquals(List.of(TWO.getKeyID(), THREE.getKeyID(), ONE.getKeyID()), published(ring));
        RingKey old = ring.find(ONE.getKeyID()).orElseThrow();
        assertEquals(KeyState.RETIRING, old.state());
        assertEquals(Optional.of(later), old.signsUntil());
    }

    @Test
    void retiringKeyStaysUntilItsLastTokenAndTheGraceAreOver() {
        Instant later = START.plusSeconds(700);
        Ring ring = first.publish(TWO, "two", START).rotate(later, GRACE);
        Instant lastTokenExpires = later.plus(Duration.ofMinutes(60));
        Instant end = ring.find(ONE.getKeyID()).orElseThrow().retiresAt().orElseThrow();
        assertTrue(end.isAfter(lastTokenExpires.plus(GRACE).plusSeconds(60)), "skew and the other nodes' delay");

        assertEquals(ring, ring.retire(end.minusMillis(1)));
        Ring after = ring.retire(end);
        assertEquals(List.of(TWO.getKeyID()), published(after));
        assertEquals(KeyState.RETIRED, after.find(ONE.getKeyID()).orElseThrow().state());
        assertEquals(after, after.retire(end.plus(Duration.ofDays(29))));
        assertTrue(
                after.retire(end.plus(Duration.ofDays(31))).find(ONE.getKeyID()).isEmpty());
    }

    @Test
    void deadKeyIsNotPublishedAndDoesNotComeBack() {
        Ring ring = first.publish(TWO, "two", START).compromise(ONE.getKeyID(), START.plusSeconds(5));
        assertEquals(List.of(TWO.getKeyID()), published(ring));
        assertTrue(ring.active().isEmpty());
        RingKey dead = ring.find(ONE.getKeyID()).orElseThrow();
        assertTrue(dead.compromised());
        assertEquals(Optional.of(START.plusSeconds(5)), dead.retiresAt());
        assertEquals(ring, ring.compromise(ONE.getKeyID(), START.plusSeconds(50)));
        assertEquals(List.of(TWO.getKeyID()), published(ring.rotate(START.plusSeconds(60), GRACE)));
    }

    @Test
    void twoKeysThatWaitAreNoRing() {
        Ring ring = first.publish(TWO, "two", START);
        assertThrows(IllegalArgumentException.class, () -> ring.publish(THREE, "three", START));
    }

    @Test
    void aKeyTwiceIsNoRing() {
        assertThrows(IllegalArgumentException.class, () -> first.publish(ONE, "one", START));
    }

    /** Any order of steps: states go forward only, what signs was published before, and dead is dead. */
    @Test
    void whateverHappensNoKeyGoesBack() {
        for (int seed = 0; seed < 300; seed++) {
            Random random = new Random(seed);
            List<RSAKey> fresh = new ArrayList<>();
            for (int i = 10; i < 40; i++) {
                fresh.add(key(i));
            }
            Instant now = START;
            Ring ring = first;
            for (int step = 0; step < 40; step++) {
                now = now.plusSeconds(random.nextInt(20_000));
                Ring after =
                        switch (random.nextInt(4)) {
                            case 0 ->
                                ring.next().isPresent() || fresh.isEmpty()
                                        ? ring
                                        : ring.publish(fresh.remove(0), "file", now);
                            case 1 -> ring.next().isPresent() ? ring.rotate(now, GRACE) : ring;
                            case 2 -> ring.retire(now);
                            default ->
                                random.nextInt(4) > 0
                                        ? ring
                                        : ring.compromise(
                                                ring.keys()
                                                        .get(random.nextInt(
                                                                ring.keys().size()))
                                                        .kid(),
                                                now);
                        };
                for (RingKey before : ring.keys()) {
                    Optional<RingKey> then = after.find(before.kid());
                    if (then.isPresent()) {
                        assertTrue(then.get().state().compareTo(before.state()) >= 0, "seed " + seed);
                        assertFalse(before.compromised() && !then.get().compromised(), "seed " + seed);
                    } else {
                        assertEquals(KeyState.RETIRED, before.state(), "seed " + seed);
                    }
                }
                Optional<String> signs = after.active().map(RingKey::kid);
                if (signs.isPresent() && !signs.equals(ring.active().map(RingKey::kid))) {
                    assertEquals(ring.next().map(RingKey::kid), signs, "seed " + seed);
                }
                ring = after;
                if (ring.keys().isEmpty()) {
                    break;
                }
            }
        }
    }

    private static List<String> published(Ring ring) {
        return ring.published().stream().map(RingKey::kid).toList();
    }

    /** Not a key that anybody could use, but one with a name. */
    private static RSAKey key(int number) {
        try {
            BigInteger modulus = BigInteger.ONE.shiftLeft(2047).setBit(0).add(BigInteger.valueOf(2L * number));
            return VerifyingKey.named((RSAPublicKey) KeyFactory.getInstance("RSA")
                    .generatePublic(new RSAPublicKeySpec(modulus, RSAKeyGenParameterSpec.F4)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
