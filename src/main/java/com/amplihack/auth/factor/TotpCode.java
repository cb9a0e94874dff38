package com.amplihack.auth.factor;

import com.eatthepath.otp.TimeBasedOneTimePasswordGenerator;
import java.nio.charset.StandardCharsets;
import java.security.InvalidKeyException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.regex.Pattern;
import javax.crypto.spec.SecretKeySpec;

/** Time-based one-time passwords (RFC 6238): HMAC-SHA-1, six digits, steps of 30 seconds. */
final class TotpCode {
    static final Duration STEP = Duration.ofSeconds(30);

    /** How many steps the clocks of service and device may differ (RFC 6238 section 6). */
    private static final int DRIFT = 1;

    private static final TimeBasedOneTimePasswordGenerator GENERATOR = new TimeBasedOneTimePasswordGenerator(STEP, 6);

    /** Apps show a code in groups, and people type it as they see it. */
    private static final Pattern WHITE_SPACE = Pattern.compile("\\p{IsWhite_Space}");

    private TotpCode() {}

    /**
     * The step whose code it is: the current one or a neighbour; compares all of them in constant time.
     *
     * @param code white space in it does not count
     */
    static OptionalLong step(byte[] secret, String code, Instant now) {
        long current = now.getEpochSecond() / STEP.toSeconds();
        byte[] presented = WHITE_SPACE.matcher(code).replaceAll("").getBytes(StandardCharsets.UTF_8);
        long found = -1;
        for (long step = current - DRIFT; step <= current + DRIFT; step++) {
            if (MessageDigest.isEqual(presented, code(secret, step).getBytes(StandardCharsets.UTF_8))) {
                found = step; // the latest, if two steps have the same code
            }
        }
        return found < 0 ? OptionalLong.empty() : OptionalLong.of(found);
    }

    static String code(byte[] secret, long step) {
        try {
            return GENERATOR.generateOneTimePasswordString(
                    new SecretKeySpec(secret, TimeBasedOneTimePasswordGenerator.TOTP_ALGORITHM_HMAC_SHA1),
                    Instant.ofEpochSecond(step * STEP.toSeconds()),
                    Locale.ROOT);
        } catch (InvalidKeyException e) {
            throw new IllegalStateException("HMAC takes every key", e);
        }
    }
}
