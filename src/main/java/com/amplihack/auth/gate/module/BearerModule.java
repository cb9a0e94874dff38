package com.amplihack.auth.gate.module;

import com.amplihack.auth.gate.BearerMechanism;
import jakarta.inject.Inject;
import jakarta.security.auth.message.AuthException;
import jakarta.security.auth.message.AuthStatus;
import jakarta.security.auth.message.MessageInfo;
import jakarta.security.auth.message.MessagePolicy;
import jakarta.security.auth.message.callback.CallerPrincipalCallback;
import jakarta.security.auth.message.callback.GroupPrincipalCallback;
import jakarta.security.auth.message.config.AuthConfigFactory;
import jakarta.security.auth.message.module.ServerAuthModule;
import jakarta.security.enterprise.AuthenticationException;
import jakarta.security.enterprise.AuthenticationStatus;
import jakarta.security.enterprise.authentication.mechanism.http.HttpAuthenticationMechanism;
import jakarta.security.enterprise.authentication.mechanism.http.HttpMessageContextWrapper;
import jakarta.servlet.ServletContextEvent;
import jakarta.servlet.ServletContextListener;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.security.Principal;
import java.util.Map;
import java.util.Set;
import java.util.logging.Level;
import java.util.logging.Logger;
import javax.security.auth.Subject;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.CallbackHandler;
import javax.security.auth.callback.UnsupportedCallbackException;
import org.jspecify.annotations.Nullable;

/**
 * Takes the place of the server's own Jakarta Authentication module, which looks {@link BearerMechanism} up through JNDI
 * and CDI twice in each request (ADR 60). Where it cannot, the server's goes on calling the same mechanism.
 */
public class BearerModule implements ServletContextListener {
    private static final Logger LOG = Logger.getLogger(BearerModule.class.getName());

    private final BearerMechanism mechanism;

    @Inject
    public BearerModule(BearerMechanism mechanism) {
        this.mechanism = mechanism;
    }

    /** Comes after the server's module was registered; whose listener takes away what is registered at the end. */
    @Override
    public void contextInitialized(ServletContextEvent event) {
        try {
            AuthConfigFactory.getFactory().registerServerAuthModule(new Bridge(mechanism), event.getServletContext());
        } catch (RuntimeException | LinkageError otherServer) {
            LOG.log(
                    Level.WARNING,
                    "Authentication goes the server''s longer way ({0}): requests cost more",
                    otherServer.toString());
        }
    }

    /** Jakarta Authentication's servlet profile, for one mechanism. */
    static final class Bridge implements ServerAuthModule {
        private final HttpAuthenticationMechanism mechanism;
        private volatile @Nullable CallbackHandler container;

        Bridge(HttpAuthenticationMechanism mechanism) {
            this.mechanism = mechanism;
        }

        @Override
        public void initialize(
                @Nullable MessagePolicy requestPolicy,
                @Nullable MessagePolicy responsePolicy,
                @Nullable CallbackHandler handler,
                @Nullable Map<String, Object> options) {
            container = handler;
        }

        @Override
        public Class<?>[] getSupportedMessageTypes() {
            return new Class<?>[] {HttpServletRequest.class, HttpServletResponse.class};
        }

        @Override
        public AuthStatus validateRequest(MessageInfo message, Subject client, @Nullable Subject service)
                throws AuthException {
            CallbackHandler handler = container;
            if (handler == null) {
                throw new AuthException("the container has not initialized the module");
            }
            Context context = new Context(message, client, handler);
            try {
                return switch (mechanism.validateRequest(context.getRequest(), context.getResponse(), context)) {
                    case NOT_DONE, SUCCESS -> AuthStatus.SUCCESS; // nobody is signed in, or somebody
                    case SEND_CONTINUE -> AuthStatus.SEND_CONTINUE;
                    case SEND_FAILURE -> AuthStatus.SEND_FAILURE;
                };
            } catch (AuthenticationException failed) {
                throw (AuthException) new AuthException("the mechanism failed").initCause(failed);
            }
        }

        @Override
        public AuthStatus secureResponse(MessageInfo message, @Nullable Subject service) {
            return AuthStatus.SEND_SUCCESS;
        }

        @Override
        public void cleanSubject(MessageInfo message, @Nullable Subject client) {
            if (client != null) {
                client.getPrincipals().clear();
            }
        }
    }

    /** What the mechanism may ask of the container; everything else fails. */
    private static final class Context extends HttpMessageContextWrapper {
        private final MessageInfo message;
        private final Subject client;
        private final CallbackHandler container;

        Context(MessageInfo message, Subject client, CallbackHandler container) {
            super(null);
            this.message = message;
            this.client = client;
            this.container = container;
        }

        @Override
        public HttpServletRequest getRequest() {
            return (HttpServletRequest) message.getRequestMessage();
        }

        @Override
        public HttpServletResponse getResponse() {
            return (HttpServletResponse) message.getResponseMessage();
        }

        @Override
        public Subject getClientSubject() {
            return client;
        }

        @Override
        public AuthenticationStatus notifyContainerAboutLogin(Principal caller, Set<String> groups) {
            tell(new CallerPrincipalCallback(client, caller));
            if (!groups.isEmpty()) {
                tell(new GroupPrincipalCallback(client, groups.toArray(String[]::new)));
            }
            return AuthenticationStatus.SUCCESS;
        }

        @Override
        public AuthenticationStatus doNothing() {
            tell(new CallerPrincipalCallback(client, (String) null));
            return AuthenticationStatus.NOT_DONE;
        }

        private void tell(Callback callback) {
            try {
                container.handle(new Callback[] {callback});
            } catch (IOException | UnsupportedCallbackException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
