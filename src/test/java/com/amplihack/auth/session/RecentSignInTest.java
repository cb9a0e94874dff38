package com.amplihack.auth.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.amplihack.auth.database.Database;
import com.amplihack.auth.factor.Factors;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import com.amplihack.auth.store.SessionRecord;
import com.amplihack.auth.store.SessionStore.Epoch;
import com.amplihack.auth.store.SignInFacts;
import com.amplihack.auth.store.embedded.EmbeddedBackend;
import com.amplihack.auth.store.script.ScriptedStore;
import com.amplihack.auth.token.AccessToken;
import com.amplihack.auth.token.TestAccessToken;
import com.amplihack.auth.token.Tokens;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RecentSignInTest {
    private static final String ADA = "9eeeaa0c-541c-46ac-9ff8-af3cec4b0160";
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
    private static final AccessToken TOKEN =
            TestAccessToken.of("jti", ADA, "ada", "sid", 1, List.of(), List.of(), "", "", START, START, Instant.MAX);

    private Instant now = START;
    private final ScriptedStore store = new ScriptedStore(new EmbeddedBackend(() -> now));
    private boolean hasFactor;
    private final Factors factors = new Factors(new Database(Tokens.configuration(Map.of()))) {
        @Override
        public boolean has(String accountId) {
            return hasFactor;
        }
    };
    private final RecentSignIn recent = new RecentSignIn(store, factors, () -> now);

    @BeforeEach
    void signIn() {
        Instant end = START.plus(Duration.ofDays(30));
        SessionRecord session =
                SessionRecord.first(ADA, "sid", "live", new Epoch(0, 0), START, end, "192.0.2.1", "Test/1.0");
        store.open(session, Duration.ofDays(7), 100);
    }

    @Test
    void aSignInIsRecentForAQuarterOfAnHour() {
        recent.require(TOKEN);
        now = START.plus(Duration.ofMinutes(15));
        recent.require(TOKEN);

        now = now.plusMillis(1);
        AuthException refused = assertThrows(AuthException.class, () -> recent.require(TOKEN));
        assertEquals(ErrorCode.INSUFFICIENT_USER_AUTHENTICATION, refused.code());
        assertEquals(Map.of("max_age", 900L), refused.members());
        assertEquals(
                "Bearer realm=\"amplihack\", error=\"insufficient_user_authentication\", max_age=\"900\"",
                refused.headers().get("WWW-Authenticate"));
    }

    @Test
    void whoeverHasASecondFactorMustHaveShownIt() {
        hasFactor = true;

        AuthException refused = assertThrows(AuthException.class, () -> recent.require(TOKEN));
        assertEquals(ErrorCode.INSUFFICIENT_USER_AUTHENTICATION, refused.code());
        assertEquals(Map.of("acr_values", "urn:amplihack:mfa"), refused.members());
        assertEquals(
                "Bearer realm=\"amplihack\", error=\"insufficient_user_authentication\","
                        + " acr_values=\"urn:amplihack:mfa\"",
                refused.headers().get("WWW-Authenticate"));

        store.renew(ADA, "sid", new Epoch(0, 0), new SignInFacts(START, List.of("pwd", "otp", "mfa")));
        recent.require(TOKEN);
        now = START.plus(Duration.ofMinutes(16));
        assertEquals(
                Map.of("acr_values", "urn:amplihack:mfa", "max_age", 900L),
                assertThrows(AuthException.class, () -> recent.require(TOKEN)).members());
    }

    /** The gate has admitted the token, and then the body took its time. */
    @Test
    void aSessionThatHasEndedMeanwhileMakesNothing() {
        store.endAll(ADA);

        assertEquals(
                ErrorCode.TOKEN_REVOKED,
                assertThrows(AuthException.class, () -> recent.require(TOKEN)).code());
    }
}
