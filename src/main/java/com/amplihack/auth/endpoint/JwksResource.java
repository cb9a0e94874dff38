package com.amplihack.auth.endpoint;

import com.amplihack.auth.gate.permission.Public;
import com.amplihack.auth.web.ClientContext;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Response;

/** {@code GET /auth/jwks}, where {@link PlainReadFilter} does not answer it. */
@Path("/auth/jwks")
@Produces({KeySet.MEDIA_TYPE, JwksResource.PLAIN_JSON})
@RequestScoped
public class JwksResource {
    /** For clients that accept only this type; {@code qs} makes the other one the default. */
    static final String PLAIN_JSON = "application/json;qs=0.5";

    @Inject
    private KeySet keys;

    @Inject
    private ClientContext client;

    @GET
    @Public
    public Response jwks(@HeaderParam("If-None-Match") String known) {
        KeySet.Answer keySet = keys.to(known, client);
        Response.ResponseBuilder answer = keySet.body().map(Response::ok).orElseGet(Response::notModified);
        keySet.headers().forEach(answer::header);
        return answer.build();
    }

    /** {@code GET /.well-known/jwks.json}: the well-known URI (RFC 8615) that some libraries expect. */
    @Path("/.well-known/jwks.json")
    @Produces({KeySet.MEDIA_TYPE, PLAIN_JSON})
    @RequestScoped
    public static class WellKnown extends JwksResource {}
}
