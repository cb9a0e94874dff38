package com.amplihack.auth.gate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.fail;

import com.amplihack.auth.apikey.ApiKey;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import com.amplihack.auth.token.AccessToken;
import com.amplihack.auth.token.Caller;
import com.amplihack.auth.token.TestAccessToken;
import com.amplihack.auth.web.RequestPath;
import com.amplihack.auth.web.TestRequest;
import jakarta.servlet.FilterChain;
import jakarta.servlet.http.HttpServletRequest;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

class AuthenticationTest {
    private static final AuthException REFUSAL = new AuthException(ErrorCode.TOKEN_REVOKED, "over");
    private static final Authentication.Gate NOT_ASKED =
            gate(token -> fail("nothing is to be admitted"), key -> fail("nothing is to be admitted"));
    private static final FilterChain NOT_REACHED = (request, response) -> fail("the request went on");

    private final AccessToken token = TestAccessToken.of(
            "jti", "sub", "eva", "sid", 1, List.of(), List.of(), "", "", Instant.EPOCH, Instant.EPOCH, Instant.MAX);

    @Test
    void onlyWhatTheGateHasAdmittedHasACaller() {
        Authentication verified = new Authentication.Verified(token);
        assertEquals(Optional.empty(), verified.caller());
        assertSame(
                token,
                verified.admit(gate(asked -> asked, key -> fail("no key")))
                        .caller()
                        .orElseThrow());
        assertSame(
                REFUSAL,
                assertThrows(
                        AuthException.class,
                        () -> verified.admit(gate(
                                asked -> {
                                    throw REFUSAL;
                                },
                                key -> fail("no key")))));
        assertEquals(Optional.empty(), verified.caller());
    }

    private static Authentication.Gate gate(Function<AccessToken, Caller> token, Function<ApiKey, Caller> key) {
        return new Authentication.Gate() {
            @Override
            public Caller admit(AccessToken presented) {
                return token.apply(presented);
            }

            @Override
            public Caller admit(ApiKey presented) {
                return key.apply(presented);
            }

            @Override
            public Caller recognize(ApiKey presented) {
                return key.apply(presented);
            }
        };
    }

    @Test
    void aKeyIsAdmittedByTheGateToo() {
        ApiKey key = ApiKey.random(new SecureRandom());
        Authentication presented = new Authentication.Presented(key);
        assertEquals(Optional.empty(), presented.caller());
        Authentication.Gate gate = gate(asked -> fail("no token"), asked -> {
            assertSame(key, asked);
            return token;
        });
        assertSame(token, presented.admit(gate).caller().orElseThrow());
        assertSame(token, presented.presented(gate));
        assertEquals(Optional.empty(), presented.caller());
    }

    @Test
    void whatIsRefusedIsNeverAdmitted() {
        Authentication refused = new Authentication.Refused(REFUSAL);
        assertSame(REFUSAL, assertThrows(AuthException.class, () -> refused.admit(NOT_ASKED)));
        assertSame(REFUSAL, assertThrows(AuthException.class, () -> refused.presented(NOT_ASKED)));
        assertEquals(Optional.empty(), refused.caller());
    }

    @Test
    void anOpenPathHasNoCaller() {
        Authentication open = new Authentication.Open();
        assertEquals(Optional.empty(), open.admit(NOT_ASKED).caller());
    }

    @Test
    void aRequestThatTheMechanismHasNotSeenGoesNoFurther() {
        HttpServletRequest request = TestRequest.of("GET", "/api/user").build();
        assertEquals("/api/user", RequestPath.of(request).decoded());
        assertThrows(IllegalStateException.class, () -> new OriginFilter().doFilter(request, null, NOT_REACHED));
        assertThrows(IllegalStateException.class, () -> new GateFilter().doFilter(request, null, NOT_REACHED));
        assertEquals(Optional.empty(), RequestAttributes.callerOf(request));
    }
}
