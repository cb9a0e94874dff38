package com.amplihack.auth.keys;

import com.amplihack.auth.config.KeySettings;
import com.amplihack.auth.keys.ring.Ring;
import com.amplihack.auth.keys.ring.RingKey;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** When the NEXT key may be promoted, and when it is due; never before it was published long enough. */
record RotationSchedule(KeySettings settings) {
    /** When the next rotation is due; empty when none is scheduled. */
    Optional<Instant> next(Ring ring) {
        Duration rotation = settings.rotation();
        if (rotation.isZero()) {
            return Optional.empty();
        }
        return ring.next().flatMap(next -> ring.active()
                .flatMap(RingKey::signsFrom)
                .map(since -> later(since.plus(rotation), earliest(next))));
    }

    boolean isDue(Ring ring, Instant now) {
        return ring.active().isPresent()
                && next(ring).filter(due -> !due.isAfter(now)).isPresent();
    }

    /** @throws AuthException {@code rotation_too_early}; 503 while a compromised key has no successor */
    void requirePublishedLongEnough(Ring ring, Instant now) {
        RingKey next = ring.next().orElseThrow(RotationSchedule::incomplete);
        if (ring.active().isEmpty()) {
            throw incomplete();
        }
        Instant earliest = earliest(next);
        if (now.isBefore(earliest)) {
            throw new AuthException(
                            ErrorCode.ROTATION_TOO_EARLY,
                            "The next key has not been published long enough for every verifier to know it.")
                    .member("earliest_at", earliest.toString());
        }
    }

    static AuthException incomplete() {
        return new AuthException(ErrorCode.STORE_UNAVAILABLE, "The key ring is being changed: try again shortly.");
    }

    private Instant earliest(RingKey next) {
        return next.createdAt().plus(settings.publish());
    }

    private static Instant later(Instant one, Instant other) {
        return one.isAfter(other) ? one : other;
    }
}
