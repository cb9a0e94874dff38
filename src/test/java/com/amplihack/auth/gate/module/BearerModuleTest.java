package com.amplihack.auth.gate.module;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import jakarta.security.auth.message.AuthException;
import jakarta.security.auth.message.AuthStatus;
import jakarta.security.auth.message.MessageInfo;
import jakarta.security.auth.message.callback.CallerPrincipalCallback;
import jakarta.security.auth.message.callback.GroupPrincipalCallback;
import jakarta.security.enterprise.AuthenticationException;
import jakarta.security.enterprise.AuthenticationStatus;
import jakarta.security.enterprise.authentication.mechanism.http.HttpAuthenticationMechanism;
import jakarta.security.enterprise.authentication.mechanism.http.HttpMessageContext;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.lang.reflect.Proxy;
import java.security.Principal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.security.auth.Subject;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.UnsupportedCallbackException;
import org.junit.jupiter.api.Test;

class BearerModuleTest {
    private final List<Callback> told = new ArrayList<>();

    /** What the mechanism does with its context. */
    @FunctionalInterface
    private interface Answer {
        AuthenticationStatus to(HttpMessageContext context) throws AuthenticationException;
    }

    @Test
    void theContainerLearnsTheCallerAndItsRoles() throws Exception {
        Principal caller = () -> "somebody";

        assertEquals(
                AuthStatus.SUCCESS, validate(context -> context.notifyContainerAboutLogin(caller, Set.of("user"))));

        assertEquals(caller, ((CallerPrincipalCallback) told.get(0)).getPrincipal());
        assertEquals(List.of("user"), List.of(((GroupPrincipalCallback) told.get(1)).getGroups()));
    }

    @Test
    void aCallerWithoutRolesHasNone() throws Exception {
        validate(context -> context.notifyContainerAboutLogin(() -> "somebody", Set.of()));

        assertEquals(1, told.size());
    }

    @Test
    void nobodyIsSignedInWhereTheMechanismDoesNothing() throws Exception {
        assertEquals(AuthStatus.SUCCESS, validate(HttpMessageContext::doNothing));

        CallerPrincipalCallback nobody = (CallerPrincipalCallback) told.get(0);
        assertEquals(1, told.size());
        assertEquals(null, nobody.getPrincipal());
        assertEquals(null, nobody.getName());
    }

    @Test
    void aFailureLetsNobodyIn() throws Exception {
        assertEquals(AuthStatus.SEND_FAILURE, validate(context -> AuthenticationStatus.SEND_FAILURE));
        assertEquals(AuthStatus.SEND_CONTINUE, validate(context -> AuthenticationStatus.SEND_CONTINUE));
        assertThrows(
                AuthException.class,
                () -> validate(context -> {
                    throw new AuthenticationException("no");
                }));
        assertEquals(List.of(), told);
    }

    @Test
    void aContainerThatRefusesTheCallerLetsNobodyIn() {
        BearerModule.Bridge module = new BearerModule.Bridge(
                mechanism(context -> context.notifyContainerAboutLogin(() -> "x", Set.of("y"))));
        module.initialize(
                null,
                null,
                callbacks -> {
                    throw new UnsupportedCallbackException(callbacks[0]);
                },
                Map.of());

        assertThrows(IllegalStateException.class, () -> module.validateRequest(new Message(), new Subject(), null));
    }

    @Test
    void whatTheContainerHasNotInitializedLetsNobodyIn() {
        BearerModule.Bridge module = new BearerModule.Bridge(mechanism(HttpMessageContext::doNothing));

        assertThrows(AuthException.class, () -> module.validateRequest(new Message(), new Subject(), null));
    }

    @Test
    void aSubjectThatIsCleanedHoldsNobody() {
        Subject subject = new Subject();
        subject.getPrincipals().add(() -> "somebody");

        new BearerModule.Bridge(mechanism(HttpMessageContext::doNothing)).cleanSubject(new Message(), subject);

        assertEquals(Set.of(), subject.getPrincipals());
    }

    private AuthStatus validate(Answer answer) throws AuthException {
        BearerModule.Bridge module = new BearerModule.Bridge(mechanism(answer));
        module.initialize(null, null, callbacks -> told.addAll(List.of(callbacks)), Map.of());
        return module.validateRequest(new Message(), new Subject(), null);
    }

    private static HttpAuthenticationMechanism mechanism(Answer answer) {
        return (request, response, context) -> {
            assertEquals(context.getRequest(), request);
            assertEquals(context.getResponse(), response);
            return answer.to(context);
        };
    }

    private static final class Message implements MessageInfo {
        private final Object request = fake(HttpServletRequest.class);
        private final Object response = fake(HttpServletResponse.class);

        @Override
        public Object getRequestMessage() {
            return request;
        }

        @Override
        public Object getResponseMessage() {
            return response;
        }

        @Override
        public void setRequestMessage(Object request) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void setResponseMessage(Object response) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Map<String, Object> getMap() {
            return Map.of();
        }

        private static Object fake(Class<?> type) {
            return Proxy.newProxyInstance(
                    type.getClassLoader(),
                    new Class<?>[] {type},
                    (self, method, arguments) -> method.getName().equals("equals") ? self == arguments[0] : null);
        }
    }
}
