package com.amplihack.auth.gate;

import com.amplihack.auth.token.AccessToken;
import com.amplihack.auth.token.Caller;
import com.amplihack.auth.web.ClientContext;
import jakarta.enterprise.context.Dependent;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Optional;

/** The request attributes in which the gate passes its results to later filters and, by injection, to resources. */
@Singleton
public class RequestAttributes {
    private static final String PREFIX = RequestAttributes.class.getPackageName() + '.';

    /** Set by the authentication mechanism for every request. */
    public static final Key<ClientContext> CLIENT = new Key<>(PREFIX + "client", ClientContext.class);

    /** Set by the authentication mechanism for every request. */
    public static final Key<PathKind> PATH_KIND = new Key<>(PREFIX + "pathKind", PathKind.class);

    /** Set by the authentication mechanism for every request, and again by the filter that admits it. */
    static final Key<Authentication> AUTHENTICATION = new Key<>(PREFIX + "authentication", Authentication.class);

    /** Set by the filter that admits, for a proxied path: its request is not admitted yet. */
    public static final Key<DeferredAdmission> DEFERRED = new Key<>(PREFIX + "deferred", DeferredAdmission.class);

    public record Key<T>(String name, Class<T> type) {
        public Optional<T> get(HttpServletRequest request) {
            return Optional.ofNullable(type.cast(request.getAttribute(name)));
        }

        /** The value; fails if the request bypassed the authentication mechanism. */
        public T require(HttpServletRequest request) {
            return get(request)
                    .orElseThrow(() -> new IllegalStateException("the request bypassed the authentication mechanism"));
        }

        public void set(HttpServletRequest request, T value) {
            request.setAttribute(name, value);
        }
    }

    /** The admitted caller; empty on paths that need no token. */
    public static Optional<Caller> callerOf(HttpServletRequest request) {
        return AUTHENTICATION.get(request).flatMap(Authentication::caller);
    }

    @Produces
    @Dependent
    public ClientContext client(HttpServletRequest request) {
        return CLIENT.get(request).orElse(ClientContext.NONE);
    }

    @Produces
    @Dependent
    public AccessToken admitted(HttpServletRequest request) {
        return callerOf(request)
                .filter(AccessToken.class::isInstance)
                .map(AccessToken.class::cast)
                .orElseThrow(() -> new IllegalStateException("no access token was admitted"));
    }

    /** The admitted caller; empty on public paths, and on proxied ones while {@code enable.jwt.auth=false}. */
    @Produces
    @Dependent
    public Optional<Caller> admittedIfAny(HttpServletRequest request) {
        return callerOf(request);
    }
}
