package com.amplihack.auth.endpoint;

import com.amplihack.auth.gate.Credentials;
import com.amplihack.auth.gate.RequestAttributes;
import com.amplihack.auth.gate.permission.Public;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import com.amplihack.auth.session.TokenService;
import com.amplihack.auth.token.AccessToken;
import com.amplihack.auth.token.InvalidTokenException;
import com.amplihack.auth.token.TokenVerifier;
import com.amplihack.auth.web.JsonBody;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.List;
import java.util.Optional;

/** {@code POST /auth/refresh}: rotates a refresh token from the cookie or the body, and delivers its successor alike. */
@Path("/auth/refresh")
@Produces(MediaType.APPLICATION_JSON)
@ApplicationScoped
public class RefreshResource {
    private static final int LONGEST_TOKEN = 1024;
    private static final int LONGEST_KEY = 256;

    @Inject
    private TokenService tokens;

    @Inject
    private TokenVerifier verifier;

    @Inject
    private TokenResponse response;

    @Inject
    private Credentials credentials;

    @POST
    @Public
    public Response refresh(
            @Context HttpServletRequest request, @HeaderParam("Idempotency-Key") String idempotencyKey) {
        Optional<String> inBody = JsonBody.read(request).optional("refresh_token", LONGEST_TOKEN);
        List<String> cookies = credentials.refreshCookies(request);
        if (inBody.isPresent() && !cookies.isEmpty()) {
            throw new AuthException(
                    ErrorCode.INVALID_REQUEST, "refresh_token: must be in the cookie or in the body, not in both.");
        }
        if (inBody.isEmpty() && cookies.isEmpty()) {
            throw new AuthException(
                    ErrorCode.REFRESH_TOKEN_REQUIRED, "The refresh token must be in its cookie or in the body.");
        }
        String key = idempotencyKey == null ? "" : idempotencyKey;
        if (key.length() > LONGEST_KEY) {
            throw new AuthException(
                    ErrorCode.INVALID_REQUEST, "Idempotency-Key: at most " + LONGEST_KEY + " characters.");
        }
        TokenService.RefreshResult refreshed = tokens.refresh(
                inBody.map(List::of).orElse(cookies),
                credentials.proof(request),
                key,
                heldToken(request),
                RequestAttributes.CLIENT.require(request));
        Delivery asked = inBody.isPresent() ? Delivery.BODY : Delivery.COOKIE;
        Response.ResponseBuilder answer = response.of(refreshed.pair(), asked, request);
        refreshed.limit().ifPresent(limit -> limit.headers().forEach(answer::header));
        return answer.build();
    }

    /** The request's access token if authentic, expired or not; a bad one is ignored. */
    private Optional<AccessToken> heldToken(HttpServletRequest request) {
        try {
            return Credentials.bearer(request).map(verifier::authentic);
        } catch (InvalidTokenException notOurs) {
            return Optional.empty();
        }
    }
}
