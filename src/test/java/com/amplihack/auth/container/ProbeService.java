package com.amplihack.auth.container;

import jakarta.annotation.security.RolesAllowed;
import jakarta.ejb.Stateless;
import jakarta.inject.Inject;
import org.eclipse.microprofile.jwt.JsonWebToken;

/** An EJB that sees the caller's token, with one method for administrators. */
@Stateless
public class ProbeService {
    @Inject
    private JsonWebToken token;

    public String caller() {
        return token.getSubject();
    }

    @RolesAllowed("admin")
    public String administrator() {
        return token.getSubject();
    }
}
