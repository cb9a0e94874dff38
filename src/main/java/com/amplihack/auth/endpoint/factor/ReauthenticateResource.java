package com.amplihack.auth.endpoint.factor;

import com.amplihack.auth.config.Configuration;
import com.amplihack.auth.config.source.Secret;
import com.amplihack.auth.endpoint.TokenResponse;
import com.amplihack.auth.gate.Credentials;
import com.amplihack.auth.gate.permission.Admitted;
import com.amplihack.auth.session.DeviceCookies;
import com.amplihack.auth.session.TokenService;
import com.amplihack.auth.signin.PresentedFactor;
import com.amplihack.auth.signin.Reauthentication;
import com.amplihack.auth.token.AccessToken;
import com.amplihack.auth.users.login.PresentedDevices;
import com.amplihack.auth.users.password.OpaqueString;
import com.amplihack.auth.web.ClientContext;
import com.amplihack.auth.web.JsonBody;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.List;
import java.util.Optional;

/** {@code POST /auth/reauthenticate}: authenticates the caller once more, within the session (RFC 9470). */
@Path("/auth/reauthenticate")
@Produces(MediaType.APPLICATION_JSON)
@RequestScoped
public class ReauthenticateResource {
    @Inject
    private Reauthentication reauthentication;

    @Inject
    private TokenService tokens;

    @Inject
    private TokenResponse response;

    @Inject
    private DeviceCookies devices;

    @Inject
    private Credentials credentials;

    @Inject
    private Configuration configuration;

    @Inject
    private AccessToken caller;

    @Inject
    private ClientContext client;

    @POST
    @Admitted
    public Response reauthenticate(@Context HttpServletRequest request) {
        JsonBody body = JsonBody.read(request);
        Optional<Secret> password = body.optional(
                        "password", configuration.settings().passwords().longest(), OpaqueString::of)
                .map(Secret::of);
        Optional<PresentedFactor> factor =
                body.has("method") ? Optional.of(PresentedFactor.read(body)) : Optional.empty();
        PresentedDevices presented =
                devices.presented(credentials.deviceCookies(request)).with(List.of(caller.sid()));

        Reauthentication.Renewed renewed = reauthentication.authenticate(caller, password, factor, presented, client);
        return response.of(tokens.renew(caller, renewed.account(), renewed.epoch(), renewed.signIn(), client));
    }
}
