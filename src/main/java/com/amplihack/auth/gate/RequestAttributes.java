package com.amplihack.auth.gate;

import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.token.AccessToken;
import com.amplihack.auth.web.ClientContext;
import jakarta.enterprise.context.Dependent;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Optional;

/** What one stage of the gate leaves on the request for the next ones, and for the resources to inject. */
@Singleton
public class RequestAttributes {
    private static final String PREFIX = RequestAttributes.class.getPackageName() + '.';

    /** Set by the mechanism, for every request. */
    public static final Key<ClientContext> CLIENT = new Key<>(PREFIX + "client", ClientContext.class);

    /** Set by the mechanism: why the bearer token that came is refused. */
    static final Key<AuthException> REFUSAL = new Key<>(PREFIX + "refusal", AuthException.class);

    /** Set by the mechanism: signature, issuer and audience hold. */
    static final Key<AccessToken> VERIFIED = new Key<>(PREFIX + "verified", AccessToken.class);

    /** Set by the filter: this request may pass. */
    public static final Key<AccessToken> ADMITTED = new Key<>(PREFIX + "admitted", AccessToken.class);

    public record Key<T>(String name, Class<T> type) {
        public Optional<T> get(HttpServletRequest request) {
            return Optional.ofNullable(type.cast(request.getAttribute(name)));
        }

        public void set(HttpServletRequest request, T value) {
            request.setAttribute(name, value);
        }
    }

    @Produces
    @Dependent
    public ClientContext client(HttpServletRequest request) {
        return CLIENT.get(request).orElse(ClientContext.NONE);
    }

    @Produces
    @Dependent
    public AccessToken admitted(HttpServletRequest request) {
        return ADMITTED.get(request).orElseThrow(() -> new IllegalStateException("nothing was admitted"));
    }

    /** Empty on public paths, and on proxied ones while {@code enable.jwt.auth=false}. */
    @Produces
    @Dependent
    public Optional<AccessToken> admittedIfAny(HttpServletRequest request) {
        return ADMITTED.get(request);
    }
}
