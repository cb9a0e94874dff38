package com.amplihack.auth.gate;

import com.amplihack.auth.token.AccessToken;
import jakarta.security.enterprise.AuthenticationException;
import jakarta.security.enterprise.AuthenticationStatus;
import jakarta.security.enterprise.authentication.mechanism.http.HttpMessageContext;
import java.security.Principal;
import java.util.Set;

/**
 * A token that MP-JWT has verified, with the resulting principal.
 *
 * @param claims the token as our own parser read it
 * @param caller MP-JWT's {@code JsonWebToken}, for injection
 * @param groups the caller's roles in the container
 */
record VerifiedToken(AccessToken claims, Principal caller, Set<String> groups) {
    VerifiedToken {
        groups = Set.copyOf(groups);
    }

    /** Reports the caller to the container. */
    AuthenticationStatus announce(HttpMessageContext context) throws AuthenticationException {
        return context.notifyContainerAboutLogin(caller, groups);
    }

    @Override
    public String toString() {
        return "VerifiedToken[***]";
    }
}
