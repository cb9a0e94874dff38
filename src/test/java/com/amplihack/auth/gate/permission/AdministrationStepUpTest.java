package com.amplihack.auth.gate.permission;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.amplihack.auth.config.Configuration;
import com.amplihack.auth.config.TestSettings;
import com.amplihack.auth.factor.MfaPolicy;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import com.amplihack.auth.store.SignInFacts;
import com.amplihack.auth.token.Caller;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AdministrationStepUpTest {
    private static final Instant NOW = Instant.parse("2026-11-29T12:00:00Z");
    private static final List<String> BOTH = List.of("pwd", "otp", "mfa");

    private record Admin(Optional<SignInFacts> signIn, List<String> roles, List<String> permissions) implements Caller {
        @Override
        public String subject() {
            return "ada";
        }

        @Override
        public String username() {
            return "ada";
        }

        @Override
        public Optional<String> session() {
            return Optional.of("session");
        }

        @Override
        public Optional<String> apiKey() {
            return Optional.empty();
        }

        @Override
        public Instant expiresAt() {
            return NOW.plusSeconds(900);
        }
    }

    private static AdministrationStepUp policy(String mode) {
        Configuration configuration = new Configuration(
                TestSettings.dev(Path.of("/nowhere"), Map.of("auth.mfa", mode, "auth.mfa.admin.minutes", "10")));
        return new AdministrationStepUp(new MfaPolicy(configuration, null), configuration, () -> NOW);
    }

    private static Admin signedIn(int secondsAgo, List<String> methods) {
        return new Admin(
                Optional.of(new SignInFacts(NOW.minusSeconds(secondsAgo), methods)), List.of("admin"), List.of());
    }

    private static AuthException refused(Caller caller, String method) {
        AuthException refused =
                assertThrows(AuthException.class, () -> policy("admins").require(caller, method), method);
        assertEquals(ErrorCode.INSUFFICIENT_USER_AUTHENTICATION, refused.code());
        return refused;
    }

    /** A stolen session of yesterday makes no administrator today. */
    @ParameterizedTest
    @ValueSource(strings = {"POST", "PUT", "PATCH", "DELETE"})
    void aChangeNeedsARecentSignIn(String method) {
        policy("admins").require(signedIn(600, BOTH), method);

        assertEquals(
                Map.of("acr_values", "urn:amplihack:mfa", "max_age", 600L),
                refused(signedIn(601, BOTH), method).members());
        refused(signedIn(0, List.of("pwd")), method);
        refused(new Admin(Optional.empty(), List.of("admin"), List.of()), method);
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET", "HEAD"})
    void readingNeedsTheFactorAlone(String method) {
        policy("admins").require(signedIn(86_400, BOTH), method);

        assertEquals(
                Map.of("acr_values", "urn:amplihack:mfa"),
                refused(signedIn(0, List.of("pwd")), method).members());
    }

    @Test
    void aSinglePermissionOfTheAdministrationIsHeldToTheSame() {
        Optional<SignInFacts> old = Optional.of(new SignInFacts(NOW.minusSeconds(601), BOTH));
        refused(new Admin(old, List.of(), List.of("users:write")), "POST");
        policy("admins").require(new Admin(old, List.of(), List.of("chat:write")), "POST");
    }

    @Test
    void whereNobodyMustHaveAFactorNothingIsAsked() {
        policy("optional").require(signedIn(86_400, List.of("pwd")), "POST");
    }
}
