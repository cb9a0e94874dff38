package com.amplihack.auth.keys.ring;

import com.nimbusds.jose.jwk.RSAKey;
import java.time.Instant;
import java.util.Optional;

/**
 * What the ring knows of a key; its private half lies elsewhere.
 *
 * @param jwk the public half, under its {@code kid}
 * @param file of the private half, in the key directory; or its URI (RFC 7512) in an HSM
 * @param createdAt when it joined the ring, so when it was first published
 * @param signsFrom when it began to sign; empty for a key that never did
 * @param signsUntil when it ceased to
 * @param retiresAt when nothing that it signed is good any more; empty while it signs
 * @param compromised whether nothing that it ever signed is believed
 */
public record RingKey(
        RSAKey jwk,
        KeyState state,
        String file,
        Instant createdAt,
        Optional<Instant> signsFrom,
        Optional<Instant> signsUntil,
        Optional<Instant> retiresAt,
        boolean compromised) {
    static RingKey next(RSAKey jwk, String file, Instant now) {
        return new RingKey(jwk, KeyState.NEXT, file, now, Optional.empty(), Optional.empty(), Optional.empty(), false);
    }

    public String kid() {
        return jwk.getKeyID();
    }

    /** Length of the modulus in bits. */
    public int size() {
        return jwk.size();
    }

    RingKey signing(Instant now) {
        return new RingKey(
                jwk, KeyState.ACTIVE, file, createdAt, Optional.of(now), Optional.empty(), Optional.empty(), false);
    }

    RingKey retiring(Instant now, Instant end) {
        return new RingKey(
                jwk, KeyState.RETIRING, file, createdAt, signsFrom, Optional.of(now), Optional.of(end), false);
    }

    RingKey retired() {
        return new RingKey(jwk, KeyState.RETIRED, file, createdAt, signsFrom, signsUntil, retiresAt, compromised);
    }

    RingKey dead(Instant now) {
        Instant end = retiresAt.filter(planned -> planned.isBefore(now)).orElse(now);
        return new RingKey(
                jwk,
                KeyState.RETIRED,
                file,
                createdAt,
                signsFrom,
                Optional.of(signsUntil.orElse(now)),
                Optional.of(end),
                true);
    }

    boolean isDue(Instant now) {
        return state == KeyState.RETIRING && retiresAt.filter(now::isBefore).isEmpty();
    }
}
