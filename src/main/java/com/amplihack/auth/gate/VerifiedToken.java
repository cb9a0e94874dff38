package com.amplihack.auth.gate;

import com.amplihack.auth.token.AccessToken;
import jakarta.security.enterprise.AuthenticationException;
import jakarta.security.enterprise.AuthenticationStatus;
import jakarta.security.enterprise.authentication.mechanism.http.HttpMessageContext;
import java.security.Principal;
import java.util.Set;

/**
 * A token that MP-JWT has verified, and whom it saw in it.
 *
 * @param claims as our own parser read them
 * @param caller MP-JWT's {@code JsonWebToken}, which is injected where it is asked for
 * @param groups the caller's roles in the container
 */
record VerifiedToken(AccessToken claims, Principal caller, Set<String> groups) {
    VerifiedToken {
        groups = Set.copyOf(groups);
    }

    /** Tells the container who the caller is, at the first use of the token as at every other. */
    AuthenticationStatus announce(HttpMessageContext context) throws AuthenticationException {
        return context.notifyContainerAboutLogin(caller, groups);
    }

    @Override
    public String toString() {
        return "VerifiedToken[***]";
    }
}
