package com.amplihack.auth.keys.ring;

import com.nimbusds.jose.jwk.RSAKey;
import java.time.Instant;
import java.util.Optional;

/**
 * A key's public key and metadata; its private key is stored elsewhere.
 *
 * @param jwk the public key with its {@code kid}
 * @param file the private key's file in the key directory, or its RFC 7512 URI in an HSM
 * @param createdAt when it joined the ring and was first published
 * @param signsFrom when it started signing; empty if it never has
 * @param signsUntil when it stopped signing
 * @param retiresAt when it leaves the JWKS; empty while it signs
 * @param compromised whether none of its signatures is trusted
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

    RingKey asCompromised(Instant now) {
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
