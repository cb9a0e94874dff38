package com.amplihack.auth.endpoint;

import com.amplihack.auth.gate.permission.Public;
import com.amplihack.auth.keys.KeyRing;
import com.amplihack.auth.keys.ring.Jwks;
import com.amplihack.auth.limits.Limit;
import com.amplihack.auth.limits.RateLimiter;
import com.amplihack.auth.problem.RateLimit;
import com.amplihack.auth.web.ClientContext;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Response;
import java.util.Arrays;
import java.util.Optional;

/** {@code GET /auth/jwks}: the public keys as a JWKS (RFC 7517), even while the store is down. */
@Path("/auth/jwks")
@Produces({JwksResource.MEDIA_TYPE, JwksResource.PLAIN_JSON})
@RequestScoped
public class JwksResource {
    /** RFC 7517 section 8.5.1. */
    static final String MEDIA_TYPE = "application/jwk-set+json";

    /** For clients that accept only this type; {@code qs} makes the other one the default. */
    static final String PLAIN_JSON = "application/json;qs=0.5";

    @Inject
    private KeyRing keys;

    @Inject
    private RateLimiter limits;

    @Inject
    private ClientContext client;

    @GET
    @Public
    public Response jwks(@HeaderParam("If-None-Match") String known) {
        Optional<RateLimit> limit = limits.take(Limit.JWKS, client);
        Jwks jwks = keys.jwks();
        Response.ResponseBuilder answer =
                isKnown(known, jwks.etag()) ? Response.notModified() : Response.ok(jwks.bytes());
        answer.header("ETag", jwks.etag())
                .header("Cache-Control", "public, max-age=60")
                .header("Vary", "Accept");
        limit.ifPresent(left -> left.headers().forEach(answer::header));
        return answer.build();
    }

    /** RFC 9110 section 13.1.2: weak comparison with a list of tags or {@code *}. */
    private static boolean isKnown(String ifNoneMatch, String etag) {
        return ifNoneMatch != null
                && Arrays.stream(ifNoneMatch.split(","))
                        .map(String::strip)
                        .map(tag -> tag.startsWith("W/") ? tag.substring(2) : tag)
                        .anyMatch(tag -> tag.equals("*") || tag.equals(etag));
    }
}
