package com.amplihack.auth.endpoint.login;

import com.amplihack.auth.endpoint.Delivery;
import com.amplihack.auth.gate.Credentials;
import com.amplihack.auth.gate.RequestAttributes;
import com.amplihack.auth.gate.permission.Public;
import com.amplihack.auth.session.DeviceCookies;
import com.amplihack.auth.signin.PresentedFactor;
import com.amplihack.auth.signin.SignIn;
import com.amplihack.auth.signin.SignedIn;
import com.amplihack.auth.web.ClientContext;
import com.amplihack.auth.web.JsonBody;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;

/** {@code POST /auth/login/mfa}: finishes a sign-in by a second factor, and opens a session. */
@Path("/auth/login/mfa")
@Produces(MediaType.APPLICATION_JSON)
@ApplicationScoped
public class MfaLoginResource {
    private static final int LONGEST_TOKEN = 512;

    @Inject
    private SignIn signIn;

    @Inject
    private NewSession sessions;

    @Inject
    private DeviceCookies devices;

    @Inject
    private Credentials credentials;

    @POST
    @Public // the mfa_token is the credential
    public Response login(@Context HttpServletRequest request) {
        ClientContext client = RequestAttributes.CLIENT.require(request);
        JsonBody body = JsonBody.read(request);
        String token = body.string("mfa_token", LONGEST_TOKEN);
        PresentedFactor factor = PresentedFactor.read(body);
        boolean remember = body.bool("remember_device", false);
        Delivery delivery = Delivery.of(body, Delivery.COOKIE);

        SignedIn in =
                signIn.bySecondFactor(token, factor, devices.presented(credentials.deviceCookies(request)), client);
        return sessions.open(in, delivery, remember, request, client);
    }
}
