package com.amplihack.auth.gate.permission;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.session.StepUp;
import com.amplihack.auth.store.SignInFacts;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class AuthenticationInterceptorTest {
    private static final Instant NOW = Instant.parse("2026-11-29T12:00:00Z");

    @RequiresAuthentication(acr = SignInFacts.ACR_MFA)
    static class Guarded {
        void inherited() {}

        @RequiresAuthentication(maxAge = 300)
        void own() {}

        @RequiresAuthentication(acr = "urn:somebody:else")
        void unknown() {}
    }

    private static Optional<StepUp> required(String method) throws NoSuchMethodException {
        return AuthenticationInterceptor.required(Guarded.class.getDeclaredMethod(method), Guarded.class);
    }

    @Test
    void theMethodsAnnotationIsTheOneThatCounts() throws Exception {
        assertEquals(Optional.of(StepUp.MFA), required("inherited"));
        assertEquals(Optional.of(new StepUp(Optional.of(Duration.ofMinutes(5)), false)), required("own"));
        assertEquals(
                Optional.empty(),
                AuthenticationInterceptor.required(
                        AuthenticationInterceptorTest.class.getDeclaredMethod("theMethodsAnnotationIsTheOneThatCounts"),
                        AuthenticationInterceptorTest.class));
        assertThrows(IllegalStateException.class, () -> required("unknown"));
    }

    @Test
    void whatIsMissingIsNamed() {
        StepUp both = new StepUp(Optional.of(Duration.ofSeconds(90)), true);
        both.require(Optional.of(new SignInFacts(NOW.minusSeconds(90), List.of("pwd", "otp", "mfa"))), NOW);

        assertEquals(
                Map.of("acr_values", "urn:amplihack:mfa"),
                refused(both, SignInFacts.password(NOW)).members());
        assertEquals(
                Map.of("acr_values", "urn:amplihack:mfa", "max_age", 90L),
                refused(both, new SignInFacts(NOW.minusSeconds(91), List.of("mfa")))
                        .members());
        assertEquals(
                Map.of("max_age", 0L),
                refused(new StepUp(Optional.of(Duration.ZERO), false), SignInFacts.password(NOW.minusSeconds(1)))
                        .members());
    }

    /** An API key, or a token of a version that did not say. */
    @Test
    void nobodyWasAuthenticatedForAnApiKey() {
        StepUp any = new StepUp(Optional.empty(), false);
        assertThrows(AuthException.class, () -> any.require(Optional.empty(), NOW));
    }

    private static AuthException refused(StepUp needed, SignInFacts signIn) {
        return assertThrows(AuthException.class, () -> needed.require(Optional.of(signIn), NOW));
    }
}
