package com.amplihack.auth.gate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.token.TokenParser;
import com.amplihack.auth.token.Tokens;
import com.amplihack.auth.token.UnverifiedToken;
import com.amplihack.auth.web.TestRequest;
import jakarta.enterprise.inject.spi.Bean;
import jakarta.enterprise.inject.spi.BeanManager;
import jakarta.security.enterprise.AuthenticationException;
import jakarta.security.enterprise.AuthenticationStatus;
import jakarta.security.enterprise.authentication.mechanism.http.HttpAuthenticationMechanism;
import jakarta.security.enterprise.authentication.mechanism.http.HttpMessageContext;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.lang.reflect.Proxy;
import java.security.Principal;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.eclipse.microprofile.jwt.JsonWebToken;
import org.junit.jupiter.api.Test;

class MpJwtMechanismTest {
    private static final UnverifiedToken PARSED = TokenParser.parse(Tokens.good());

    private HttpServletRequest seen;

    @Test
    void whatItHasVerifiedIsTheTokenThatWeHaveParsed() throws AuthenticationException {
        JsonWebToken caller = callerOf(PARSED.compact());
        assertSame(caller, verify(caller).orElseThrow().caller());
    }

    @Test
    void aTokenThatItFoundElsewhereIsNotTheOneThatWeHaveParsed() throws AuthenticationException {
        assertEquals(Optional.empty(), verify(callerOf("a.no.ther")));
        assertEquals(Optional.empty(), verify(callerOf(null)));
        assertEquals(Optional.empty(), verify(() -> "somebody without a token"));
    }

    @Test
    void itSeesNoHeaderThatCouldBringAnotherToken() throws AuthenticationException {
        verify(callerOf(PARSED.compact()));
        assertEquals("Bearer " + PARSED.compact(), seen.getHeader("authorization"));
        assertNull(seen.getHeader("Cookie"));
        assertTrue(!seen.getHeaders("Cookie").hasMoreElements());
    }

    private Optional<VerifiedToken> verify(Principal caller) throws AuthenticationException {
        HttpAuthenticationMechanism mpJwt = (request, response, context) -> {
            seen = request;
            return context.notifyContainerAboutLogin(caller, Set.of("user"));
        };
        Bean<?> bean = stub(Bean.class, Map.of("isAlternative", false, "getBeanClass", Object.class));
        BeanManager beans = stub(BeanManager.class, Map.of("getBeans", Set.of(bean), "getReference", mpJwt));
        HttpMessageContext context =
                stub(HttpMessageContext.class, Map.of("notifyContainerAboutLogin", AuthenticationStatus.SUCCESS));
        HttpServletRequest request = TestRequest.of("GET", "/api/user")
                .header("Authorization", "bearer   " + PARSED.compact())
                .header("Cookie", "$Version=1;Bearer=a.no.ther")
                .build();
        return new MpJwtMechanism(beans).verify(PARSED, request, stub(HttpServletResponse.class, Map.of()), context);
    }

    private static JsonWebToken callerOf(String raw) {
        return (JsonWebToken) Proxy.newProxyInstance(
                MpJwtMechanismTest.class.getClassLoader(),
                new Class<?>[] {JsonWebToken.class},
                (proxy, call, args) -> switch (call.getName()) {
                    case "getRawToken" -> raw;
                    case "equals" -> proxy == args[0];
                    case "hashCode" -> 1;
                    default -> null;
                });
    }

    private static <T> T stub(Class<T> type, Map<String, Object> answers) {
        return type.cast(Proxy.newProxyInstance(
                MpJwtMechanismTest.class.getClassLoader(),
                new Class<?>[] {type},
                (proxy, call, args) -> switch (call.getName()) {
                    case "equals" -> proxy == args[0];
                    case "hashCode" -> 1;
                    default -> answers.get(call.getName());
                }));
    }
}
