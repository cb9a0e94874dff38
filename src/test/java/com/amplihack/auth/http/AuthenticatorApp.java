package com.amplihack.auth.http;

import com.amplihack.auth.http.Client.Answer;
import com.eatthepath.otp.TimeBasedOneTimePasswordGenerator;
import jakarta.json.Json;
import jakarta.json.JsonString;
import java.security.InvalidKeyException;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import javax.crypto.spec.SecretKeySpec;

/**
 * An authenticator app of a test. Each code is good once, and those of three steps at a time: it gives the oldest of them
 * first, so that a test gets three codes without waiting.
 */
public final class AuthenticatorApp {
    private static final String ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    /** Seconds that a code may be on its way to the service without becoming too old. */
    private static final int ON_THE_WAY = 3;

    private static final TimeBasedOneTimePasswordGenerator GENERATOR = new TimeBasedOneTimePasswordGenerator();

    private final byte[] secret;
    private long lastStep;

    /** What the service answered to the confirmation. */
    public List<String> recoveryCodes = List.of();

    /** @param base32 as the service gave it */
    public AuthenticatorApp(String base32) {
        secret = new byte[base32.length() * 5 / 8];
        for (int bit = 0; bit < secret.length * 8; bit++) {
            if ((ALPHABET.indexOf(base32.charAt(bit / 5)) >> (4 - bit % 5) & 1) == 1) {
                secret[bit / 8] |= (byte) (0x80 >> bit % 8);
            }
        }
    }

    /** Sets one up for somebody who has just signed in. */
    public static AuthenticatorApp enroll(Session session) {
        Answer begun = session.with(session.client.post("/auth/mfa/totp")).send();
        if (begun.status() != 200) {
            throw new AssertionError("POST /auth/mfa/totp: " + begun);
        }
        AuthenticatorApp app = new AuthenticatorApp(begun.json().getString("secret"));
        Answer confirmed = session.with(session.client.post("/auth/mfa/totp/confirm"))
                .json("{\"code\":\"" + app.next() + "\"}")
                .send();
        if (confirmed.status() != 200) {
            throw new AssertionError("POST /auth/mfa/totp/confirm: " + confirmed);
        }
        app.recoveryCodes = confirmed.json().getJsonArray("recovery_codes").getValuesAs(JsonString::getString);
        return app;
    }

    /** A code that it has not given yet. */
    public String next() {
        long oldest = (Instant.now().getEpochSecond() + ON_THE_WAY) / 30 - 1;
        lastStep = Math.max(lastStep + 1, oldest);
        while (lastStep > Instant.now().getEpochSecond() / 30 + 1) {
            pause(); // all of three steps were given
        }
        return code(lastStep);
    }

    /** A code of no step that is near. */
    public String wrong() {
        long now = Instant.now().getEpochSecond() / 30;
        for (int number = 0; ; number++) {
            String guess = String.format(Locale.ROOT, "%06d", number);
            if (java.util.stream.LongStream.rangeClosed(now - 3, now + 4)
                    .noneMatch(step -> code(step).equals(guess))) {
                return guess;
            }
        }
    }

    private String code(long step) {
        try {
            return GENERATOR.generateOneTimePasswordString(
                    new SecretKeySpec(secret, "HmacSHA1"), Instant.ofEpochSecond(step * 30), Locale.ROOT);
        } catch (InvalidKeyException e) {
            throw new AssertionError(e);
        }
    }

    private static void pause() {
        try {
            Thread.sleep(200);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The second step of a sign-in. */
    public static Client.Request secondStep(Client client, String mfaToken, String method, String code) {
        return client.post("/auth/login/mfa")
                .json(Json.createObjectBuilder()
                        .add("mfa_token", mfaToken)
                        .add("method", method)
                        .add("code", code)
                        .build()
                        .toString());
    }
}
