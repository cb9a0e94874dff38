package com.amplihack.auth.endpoint;

import com.amplihack.auth.gate.permission.Public;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Response;

/** {@code GET /.well-known/jwks.json}: {@code /auth/jwks} at the well-known URI (RFC 8615) that some libraries expect. */
@Path("/.well-known/jwks.json")
@Produces({JwksResource.MEDIA_TYPE, JwksResource.PLAIN_JSON})
@RequestScoped
public class WellKnownJwksResource {
    @Inject
    private JwksResource jwks;

    @GET
    @Public
    public Response jwks(@HeaderParam("If-None-Match") String known) {
        return jwks.jwks(known);
    }
}
