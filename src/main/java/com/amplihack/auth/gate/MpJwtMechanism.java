package com.amplihack.auth.gate;

import com.amplihack.auth.token.TokenVerifier;
import com.amplihack.auth.token.UnverifiedToken;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.spi.Bean;
import jakarta.enterprise.inject.spi.BeanManager;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.security.enterprise.AuthenticationException;
import jakarta.security.enterprise.AuthenticationStatus;
import jakarta.security.enterprise.authentication.mechanism.http.HttpAuthenticationMechanism;
import jakarta.security.enterprise.authentication.mechanism.http.HttpMessageContext;
import jakarta.security.enterprise.authentication.mechanism.http.HttpMessageContextWrapper;
import jakarta.security.enterprise.identitystore.CredentialValidationResult;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import java.security.Principal;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Calls the server's own MP-JWT mechanism, found through CDI, and suppresses its response. */
@Singleton
class MpJwtMechanism {
    // Payara's MP-JWT logs a 5 kB stack trace per bad token, which the audit log has in one line; the field keeps the
    // logger, and so its level, from being collected.
    private static final Logger NOISE =
            Logger.getLogger("fish.payara.microprofile.jwtauth.eesecurity.SignedJWTIdentityStore");

    static {
        if (NOISE.getLevel() == null) {
            NOISE.setLevel(Level.WARNING);
        }
    }

    private final BeanManager beans;
    private volatile @Nullable HttpAuthenticationMechanism delegate;

    @Inject
    MpJwtMechanism(BeanManager beans) {
        this.beans = beans;
    }

    /**
     * Has MP-JWT verify the token, and returns the caller that it would report to the container; empty if it refuses.
     */
    Optional<VerifiedToken> verify(
            UnverifiedToken token, HttpServletRequest request, HttpServletResponse response, HttpMessageContext context)
            throws AuthenticationException {
        HttpServletRequest normalized = new BearerRequest(request, token.compact());
        HttpServletResponse silent = new SilentResponse(response);
        QuietContext quiet = new QuietContext(context, normalized, silent);
        AuthenticationStatus status = delegate().validateRequest(normalized, silent, quiet);
        Principal caller = quiet.caller;
        if (status != AuthenticationStatus.SUCCESS || caller == null) {
            return Optional.empty();
        }
        return TokenVerifier.verifiedByMpJwt(token, caller)
                .map(verified -> new VerifiedToken(verified, caller, quiet.groups));
    }

    private HttpAuthenticationMechanism delegate() {
        HttpAuthenticationMechanism found = delegate;
        if (found == null) {
            found = find();
            delegate = found;
        }
        return found;
    }

    private HttpAuthenticationMechanism find() {
        for (Bean<?> bean : beans.getBeans(HttpAuthenticationMechanism.class, Any.Literal.INSTANCE)) {
            if (!bean.isAlternative() && bean.getBeanClass() != BearerMechanism.class) {
                return (HttpAuthenticationMechanism) beans.getReference(
                        bean, HttpAuthenticationMechanism.class, beans.createCreationalContext(bean));
            }
        }
        throw new IllegalStateException("this server has no MicroProfile JWT mechanism");
    }

    /** Hides all headers but {@code Authorization}, with the scheme in the only spelling that MP-JWT accepts. */
    private static final class BearerRequest extends HttpServletRequestWrapper {
        private final String bearer;

        BearerRequest(HttpServletRequest request, String bearer) {
            super(request);
            this.bearer = bearer;
        }

        @Override
        public @Nullable String getHeader(String name) {
            return "Authorization".equalsIgnoreCase(name) ? "Bearer " + bearer : null;
        }

        @Override
        public Enumeration<String> getHeaders(String name) {
            String only = getHeader(name);
            return only == null ? Collections.emptyEnumeration() : Collections.enumeration(List.of(only));
        }
    }

    /** Suppresses MP-JWT's response to a bad token. */
    private static final class SilentResponse extends HttpServletResponseWrapper {
        SilentResponse(HttpServletResponse response) {
            super(response);
        }

        @Override
        public void sendError(int status) {
            // suppressed
        }

        @Override
        public void sendError(int status, String message) {
            // suppressed
        }

        @Override
        public void setStatus(int status) {
            // suppressed
        }

        @Override
        public void setHeader(String name, String value) {
            // suppressed
        }

        @Override
        public void addHeader(String name, String value) {
            // suppressed
        }
    }

    /** Captures the outcome instead of reporting it to the container, which we do ourselves, also for cached tokens. */
    private static final class QuietContext extends HttpMessageContextWrapper {
        private final HttpServletRequest request;
        private final HttpServletResponse response;
        private @Nullable Principal caller;
        private Set<String> groups = Set.of();

        QuietContext(HttpMessageContext context, HttpServletRequest request, HttpServletResponse response) {
            super(context);
            this.request = request;
            this.response = response;
        }

        @Override
        public HttpServletRequest getRequest() {
            return request;
        }

        @Override
        public HttpServletResponse getResponse() {
            return response;
        }

        @Override
        public AuthenticationStatus notifyContainerAboutLogin(Principal principal, Set<String> roles) {
            caller = principal;
            groups = roles;
            return AuthenticationStatus.SUCCESS;
        }

        @Override
        public AuthenticationStatus notifyContainerAboutLogin(CredentialValidationResult result) {
            if (result.getStatus() != CredentialValidationResult.Status.VALID) {
                return AuthenticationStatus.SEND_FAILURE;
            }
            return notifyContainerAboutLogin(result.getCallerPrincipal(), result.getCallerGroups());
        }

        @Override
        public AuthenticationStatus responseUnauthorized() {
            return AuthenticationStatus.SEND_FAILURE;
        }

        @Override
        public AuthenticationStatus responseNotFound() {
            return AuthenticationStatus.SEND_FAILURE;
        }
    }
}
