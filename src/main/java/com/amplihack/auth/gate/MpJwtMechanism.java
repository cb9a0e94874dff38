package com.amplihack.auth.gate;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.spi.Bean;
import jakarta.enterprise.inject.spi.BeanManager;
import jakarta.inject.Inject;
import jakarta.security.enterprise.AuthenticationException;
import jakarta.security.enterprise.AuthenticationStatus;
import jakarta.security.enterprise.authentication.mechanism.http.HttpAuthenticationMechanism;
import jakarta.security.enterprise.authentication.mechanism.http.HttpMessageContext;
import jakarta.security.enterprise.authentication.mechanism.http.HttpMessageContextWrapper;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import java.util.logging.Level;
import java.util.logging.Logger;

/** MP-JWT's own mechanism, found without naming any class of the server, and kept from answering by itself. */
@ApplicationScoped
public class MpJwtMechanism {
    // Payara's MP-JWT logs five kilobytes of stack for each bad token; the audit log has it in one line. The field
    // keeps
    // the logger from being collected together with its level.
    private static final Logger NOISE =
            Logger.getLogger("fish.payara.microprofile.jwtauth.eesecurity.SignedJWTIdentityStore");

    static {
        if (NOISE.getLevel() == null) {
            NOISE.setLevel(Level.WARNING);
        }
    }

    private BeanManager beans;
    private volatile HttpAuthenticationMechanism delegate;

    /** For CDI. */
    public MpJwtMechanism() {}

    @Inject
    public MpJwtMechanism(BeanManager beans) {
        this.beans = beans;
    }

    /** Lets MP-JWT verify the token; on success the caller's principal and groups are set in the container. */
    AuthenticationStatus verify(
            String bearer, HttpServletRequest request, HttpServletResponse response, HttpMessageContext context)
            throws AuthenticationException {
        HttpServletRequest normalized = new BearerRequest(request, bearer);
        HttpServletResponse silent = new SilentResponse(response);
        return delegate().validateRequest(normalized, silent, new QuietContext(context, normalized, silent));
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

    /** The scheme in the one spelling that MP-JWT reads. */
    private static final class BearerRequest extends HttpServletRequestWrapper {
        private final String bearer;

        BearerRequest(HttpServletRequest request, String bearer) {
            super(request);
            this.bearer = bearer;
        }

        @Override
        public String getHeader(String name) {
            return "Authorization".equalsIgnoreCase(name) ? "Bearer " + bearer : super.getHeader(name);
        }
    }

    /** Swallows the answer that MP-JWT would give to a bad token. */
    private static final class SilentResponse extends HttpServletResponseWrapper {
        SilentResponse(HttpServletResponse response) {
            super(response);
        }

        @Override
        public void sendError(int status) {
            // ours to say
        }

        @Override
        public void sendError(int status, String message) {
            // ours to say
        }

        @Override
        public void setStatus(int status) {
            // ours to say
        }

        @Override
        public void setHeader(String name, String value) {
            // ours to say
        }

        @Override
        public void addHeader(String name, String value) {
            // ours to say
        }
    }

    private static final class QuietContext extends HttpMessageContextWrapper {
        private final HttpServletRequest request;
        private final HttpServletResponse response;

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
        public AuthenticationStatus responseUnauthorized() {
            return AuthenticationStatus.SEND_FAILURE;
        }

        @Override
        public AuthenticationStatus responseNotFound() {
            return AuthenticationStatus.SEND_FAILURE;
        }
    }
}
