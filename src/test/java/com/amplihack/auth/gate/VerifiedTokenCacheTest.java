package com.amplihack.auth.gate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.config.Configuration;
import com.amplihack.auth.config.Settings;
import com.amplihack.auth.config.TestSettings;
import com.amplihack.auth.keys.KeyRing;
import com.amplihack.auth.keys.ring.Jwks;
import com.amplihack.auth.token.AccessToken;
import com.amplihack.auth.token.InvalidTokenException;
import com.amplihack.auth.token.TestAccessToken;
import com.amplihack.auth.token.TokenParser;
import jakarta.security.enterprise.AuthenticationException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class VerifiedTokenCacheTest {
    private static final Instant START = Instant.parse("2026-11-23T10:20:30Z");
    private static final Duration LIFE = Duration.ofMinutes(15);

    private Instant now = START;
    private Settings settings = settings("10");
    private Jwks jwks = Jwks.of(List.of());
    private int verifications;

    private final VerifiedTokenCache tokens = new VerifiedTokenCache(
            new Configuration(settings) {
                @Override
                public Settings settings() {
                    return settings;
                }
            },
            new KeyRing(new Configuration(TestSettings.dev(Path.of("/nowhere"), Map.of())), () -> START) {
                @Override
                public Jwks jwks() {
                    return jwks;
                }
            },
            () -> now);

    @Test
    void secondUseIsNotVerifiedAgain() throws AuthenticationException {
        VerifiedToken first = use("a");

        assertSame(first, use("a"));
        assertEquals(1, verifications);
    }

    @Test
    void anotherTextIsAnotherTokenThoughItsHashIsTheSame() throws AuthenticationException {
        assertEquals("Aa".hashCode(), "BB".hashCode());
        VerifiedToken first = use("Aa");

        assertNotEquals(first, use("BB"));
        assertSame(first, use("Aa"));
        assertEquals(2, verifications);
    }

    @Test
    void refusedTokenIsRefusedAgain() {
        refuse("bad");
        refuse("bad");

        assertEquals(2, verifications);
    }

    @Test
    void refusedTokensPushNoGoodOneOut() throws AuthenticationException {
        settings = settings("1");
        VerifiedToken good = use("good");
        for (int i = 0; i < 1000; i++) {
            refuse("bad" + i);
            refuse("bad");
        }

        assertSame(good, use("good"));
    }

    @Test
    void noMoreAreRememberedThanTheSizeAllows() throws AuthenticationException {
        for (int i = 0; i < 100; i++) {
            use("token" + i);
        }
        int remembered = 0;
        for (int i = 0; i < 100; i++) {
            int before = verifications;
            use("token" + i);
            remembered += verifications == before ? 1 : 0;
        }

        assertTrue(remembered > 0 && remembered <= 10, "remembered " + remembered);
    }

    @Test
    void withSizeZeroEveryUseIsVerified() throws AuthenticationException {
        settings = settings("0");
        use("a");
        use("a");

        assertEquals(2, verifications);
    }

    @Test
    void expiredTokenIsForgotten() throws AuthenticationException {
        VerifiedToken first = use("a");
        now = START.plus(LIFE).minusMillis(1);
        assertSame(first, use("a"));

        now = START.plus(LIFE);
        use("a");
        use("a"); // within the skew it is still good, and verified each time
        now = START.plus(LIFE).plusSeconds(3);
        use("a");
        use("a");

        assertEquals(5, verifications);
    }

    @Test
    void nothingOutlivesAChangeOfTheKeySet() throws AuthenticationException {
        use("a");
        jwks = Jwks.of(List.of());

        use("a");

        assertEquals(2, verifications);
    }

    @Test
    void nothingOutlivesAChangeOfTheSettings() throws AuthenticationException {
        use("a");
        settings = settings("10");

        use("a");

        assertEquals(2, verifications);
    }

    @Test
    void whatWasVerifiedWhileAKeyLeftIsNotRemembered() throws AuthenticationException {
        tokens.get("a", compact -> {
            jwks = Jwks.of(List.of());
            assertThrows(InvalidTokenException.class, () -> refuseNow("another request, which finds the new keys"));
            return verified();
        });

        use("a");

        assertEquals(1 + 2, verifications);
    }

    @Test
    void whatWasVerifiedWhileASettingChangedIsNotRemembered() throws AuthenticationException {
        tokens.get("a", compact -> {
            settings = settings("10");
            return verified();
        });

        use("a");

        assertEquals(2, verifications);
    }

    @Test
    void theTokenIsNotPrinted() throws AuthenticationException {
        assertEquals("VerifiedToken[***]", use("a").toString());
    }

    private VerifiedToken use(String compact) throws AuthenticationException {
        return tokens.get(compact, text -> verified());
    }

    private VerifiedToken verified() {
        AccessToken claims = TestAccessToken.of(
                "jti" + ++verifications,
                "subject",
                "eva",
                "sid",
                1,
                List.of("user"),
                List.of(),
                "192.0.2.7",
                "hash",
                START,
                START,
                START.plus(LIFE));
        return new VerifiedToken(claims, claims::username, Set.of("user"));
    }

    private void refuse(String compact) {
        assertThrows(InvalidTokenException.class, () -> refuseNow(compact));
    }

    private void refuseNow(String compact) throws AuthenticationException {
        tokens.get(compact, text -> {
            verifications++;
            TokenParser.parse(text);
            throw new AssertionError("was no bad token");
        });
    }

    private static Settings settings(String size) {
        return TestSettings.dev(Path.of("/nowhere"), Map.of("auth.token.cache.size", size));
    }
}
