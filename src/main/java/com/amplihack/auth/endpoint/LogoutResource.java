package com.amplihack.auth.endpoint;

import com.amplihack.auth.gate.Credentials;
import com.amplihack.auth.gate.permission.Public;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import com.amplihack.auth.problem.Problem;
import com.amplihack.auth.problem.ProblemMapper;
import com.amplihack.auth.session.TokenService;
import com.amplihack.auth.token.AccessToken;
import com.amplihack.auth.token.TokenVerifier;
import com.amplihack.auth.web.ClientContext;
import com.amplihack.auth.web.JsonBody;
import com.amplihack.auth.web.StrictJson;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * {@code POST /auth/logout}: ends the session of an authentic access token, even one that is used, replayed, expired (up to
 * seven days) or sent from another address, or of a refresh token, and clears the cookies in any case.
 */
@Path("/auth/logout")
@Produces(MediaType.APPLICATION_JSON)
@RequestScoped
public class LogoutResource {
    private static final int LONGEST_TOKEN = 1024;

    @Inject
    private TokenService tokens;

    @Inject
    private TokenVerifier verifier;

    @Inject
    private TokenResponse response;

    @Inject
    private Credentials credentials;

    @Inject
    private ClientContext client;

    @POST
    @Public
    public Response logout(@Context HttpServletRequest request) {
        Optional<String> bearer = Credentials.bearer(request);
        List<String> refresh = new ArrayList<>(credentials.refreshCookies(request));
        JsonBody.read(request).optional("refresh_token", LONGEST_TOKEN).ifPresent(refresh::add);
        if (bearer.isEmpty() && refresh.isEmpty()) {
            return refused(
                    new AuthException(ErrorCode.MISSING_TOKEN, "Signing out needs the access or the refresh token."),
                    request);
        }
        Optional<AccessToken> access = Optional.empty();
        AuthException refusal = new AuthException(ErrorCode.INVALID_REFRESH_TOKEN, "The refresh token is not valid.");
        try {
            access = bearer.map(verifier::authenticForLogout);
        } catch (AuthException unacceptable) {
            refusal = unacceptable; // a refresh token still ends its session
        }
        if (!tokens.logout(access, refresh, client)) {
            return refused(refusal, request);
        }
        String body = StrictJson.provider()
                .createObjectBuilder()
                .add("message", "Logged out successfully")
                .build()
                .toString();
        return response.clearing(body, request);
    }

    /** Clears the cookies, as a browser would otherwise resend a useless one. */
    private Response refused(AuthException refusal, HttpServletRequest request) {
        return response.clearing(ProblemMapper.answer(Problem.of(refusal)), request);
    }
}
