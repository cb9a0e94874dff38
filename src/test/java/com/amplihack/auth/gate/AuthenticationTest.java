package com.amplihack.auth.gate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.fail;

import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import com.amplihack.auth.token.AccessToken;
import com.amplihack.auth.token.TestAccessToken;
import com.amplihack.auth.web.RequestPath;
import com.amplihack.auth.web.TestRequest;
import jakarta.servlet.FilterChain;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class AuthenticationTest {
    private static final AuthException REFUSAL = new AuthException(ErrorCode.TOKEN_REVOKED, "over");
    private static final Consumer<AccessToken> NOT_ASKED = token -> fail("nothing is to be admitted");
    private static final FilterChain NOT_REACHED = (request, response) -> fail("the request went on");

    private final AccessToken token = TestAccessToken.of(
            "jti", "sub", "eva", "sid", 1, List.of(), List.of(), "", "", Instant.EPOCH, Instant.EPOCH, Instant.MAX);

    @Test
    void onlyWhatTheGateHasAdmittedHasACaller() {
        Authentication verified = new Authentication.Verified(token);
        assertEquals(Optional.empty(), verified.caller());
        assertSame(token, verified.admit(asked -> {}).caller().orElseThrow());
        assertSame(
                REFUSAL,
                assertThrows(
                        AuthException.class,
                        () -> verified.admit(asked -> {
                            throw REFUSAL;
                        })));
        assertEquals(Optional.empty(), verified.caller());
    }

    @Test
    void whatIsRefusedIsNeverAdmitted() {
        Authentication refused = new Authentication.Refused(REFUSAL);
        assertSame(REFUSAL, assertThrows(AuthException.class, () -> refused.admit(NOT_ASKED)));
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
