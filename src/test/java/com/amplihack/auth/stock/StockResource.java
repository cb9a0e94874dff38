package com.amplihack.auth.stock;

import jakarta.annotation.security.RolesAllowed;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import org.eclipse.microprofile.jwt.JsonWebToken;

/** Says whom MicroProfile JWT saw in the token. */
@Path("/who")
@RequestScoped
public class StockResource {
    @Inject
    private JsonWebToken token;

    @GET
    @RolesAllowed("user")
    public String who() {
        return token.getName();
    }
}
