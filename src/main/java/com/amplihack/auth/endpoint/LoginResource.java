package com.amplihack.auth.endpoint;

import com.amplihack.auth.admission.Credentials;
import com.amplihack.auth.admission.JsonBody;
import com.amplihack.auth.admission.Public;
import com.amplihack.auth.client.ClientContext;
import com.amplihack.auth.config.Configuration;
import com.amplihack.auth.config.Secret;
import com.amplihack.auth.problem.RateLimit;
import com.amplihack.auth.token.DeviceCookies;
import com.amplihack.auth.token.TokenPair;
import com.amplihack.auth.token.TokenService;
import com.amplihack.auth.users.Authenticator;
import com.amplihack.auth.users.Authenticator.Authenticated;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;

/** {@code POST /auth/login}: name and password for a new session. */
@Path("/auth/login")
@Produces(MediaType.APPLICATION_JSON)
@RequestScoped
public class LoginResource {
    private static final int LONGEST_NAME = 64;

    @Inject
    private Authenticator authenticator;

    @Inject
    private TokenService tokens;

    @Inject
    private TokenResponse response;

    @Inject
    private Credentials credentials;

    @Inject
    private DeviceCookies devices;

    @Inject
    private Configuration configuration;

    @Inject
    private ClientContext client;

    @POST
    @Public
    public Response login(@Context HttpServletRequest request) {
        JsonBody body = JsonBody.read(request);
        String username = body.string("username", LONGEST_NAME);
        Secret password = Secret.of(
                body.string("password", configuration.settings().passwords().longest()));
        Delivery delivery = Delivery.of(body);

        Authenticated who =
                authenticator.signIn(username, password, devices.presented(credentials.deviceCookies(request)), client);
        TokenPair pair = tokens.open(who, client);
        tokens.replace(credentials.refreshCookies(request), credentials.proof(request), client);
        String path = AuthPath.of(request);
        return response.remember(response.of(pair, delivery, path), who.account(), delivery, path)
                .header(RateLimit.POLICY_HEADER, who.limit().policyValue())
                .header(RateLimit.HEADER, who.limit().value())
                .build();
    }
}
