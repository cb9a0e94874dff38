package com.amplihack.auth.endpoint;

import com.amplihack.auth.config.Configuration;
import com.amplihack.auth.config.source.Secret;
import com.amplihack.auth.gate.Credentials;
import com.amplihack.auth.gate.permission.Admitted;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import com.amplihack.auth.session.DeviceCookies;
import com.amplihack.auth.session.TokenPair;
import com.amplihack.auth.session.TokenService;
import com.amplihack.auth.store.SessionStore;
import com.amplihack.auth.store.SignInFacts;
import com.amplihack.auth.token.AccessToken;
import com.amplihack.auth.users.login.Authenticator.Authenticated;
import com.amplihack.auth.users.login.PasswordChange;
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
import java.time.InstantSource;
import java.util.List;

/** {@code POST /auth/password}: changes the caller's password, ends all sessions and opens a new one. */
@Path("/auth/password")
@Produces(MediaType.APPLICATION_JSON)
@RequestScoped
public class PasswordResource {
    private static final int MAX_NEW_LENGTH = 1024; // above the policy's maximum, so that the policy refuses

    @Inject
    private PasswordChange passwords;

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
    private AccessToken caller;

    @Inject
    private ClientContext client;

    @Inject
    private InstantSource clock;

    @Inject
    private SessionStore sessions;

    @POST
    @Admitted
    public Response change(@Context HttpServletRequest request) {
        JsonBody body = JsonBody.read(request);
        Secret current = Secret.of(body.string(
                "current_password", configuration.settings().passwords().longest(), OpaqueString::of));
        Secret fresh = Secret.of(body.string("new_password", MAX_NEW_LENGTH, OpaqueString::of));
        Delivery delivery = Delivery.of(body, Delivery.COOKIE);

        PresentedDevices presented =
                devices.presented(credentials.deviceCookies(request)).with(List.of(caller.sid()));
        // once the body has been read, which takes as long as the client likes
        SignInFacts before = sessions.signIn(caller.subject(), caller.sid())
                .orElseThrow(() -> new AuthException(ErrorCode.TOKEN_REVOKED, "The token's session is over."));
        Authenticated who = passwords.change(caller.subject(), caller.username(), current, fresh, presented, client);
        // a password alone makes nobody stronger or weaker who has shown two factors
        SignInFacts signIn = before.isMfa() ? before : SignInFacts.password(clock.instant());
        TokenPair pair = tokens.open(who, signIn, client);
        return response.remember(response.of(pair, delivery, request), who.account(), delivery, request)
                .build();
    }
}
