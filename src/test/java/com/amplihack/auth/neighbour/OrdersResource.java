package com.amplihack.auth.neighbour;

import jakarta.annotation.security.RolesAllowed;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import org.eclipse.microprofile.jwt.JsonWebToken;

/** What the team's application is there for. */
@Path("/list")
@RequestScoped
public class OrdersResource {
    @Inject
    private JsonWebToken caller;

    @GET
    @RolesAllowed("user")
    public String list() {
        return "orders of " + caller.getName();
    }

    @POST
    @RolesAllowed("admin")
    public String order(String body) {
        return "ordered " + body;
    }
}
