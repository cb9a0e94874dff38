package com.amplihack.auth.endpoint.login;

import com.amplihack.auth.config.webauthn.RelyingParty;
import com.amplihack.auth.endpoint.Delivery;
import com.amplihack.auth.factor.passkey.Credential;
import com.amplihack.auth.factor.passkey.PasskeyAnswers;
import com.amplihack.auth.factor.passkey.PasskeyAuthenticator;
import com.amplihack.auth.factor.passkey.PasskeyAuthenticator.Verified;
import com.amplihack.auth.gate.Credentials;
import com.amplihack.auth.gate.RequestAttributes;
import com.amplihack.auth.gate.permission.Public;
import com.amplihack.auth.limits.Limit;
import com.amplihack.auth.limits.RateLimiter;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import com.amplihack.auth.problem.RateLimit;
import com.amplihack.auth.session.DeviceCookies;
import com.amplihack.auth.signin.MfaToken;
import com.amplihack.auth.signin.MfaTokens;
import com.amplihack.auth.signin.SignIn;
import com.amplihack.auth.web.ClientContext;
import com.amplihack.auth.web.JsonBody;
import com.amplihack.auth.web.RelyingParties;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.json.JsonObject;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.InstantSource;
import java.util.Optional;

/** {@code /auth/login/passkey}: signs in by a passkey, without a name and without a password. */
@Path("/auth/login/passkey")
@Produces(MediaType.APPLICATION_JSON)
@ApplicationScoped
public class PasskeyLoginResource {
    @Inject
    private PasskeyAnswers answers;

    @Inject
    private PasskeyAuthenticator authenticator;

    @Inject
    private SignIn signIn;

    @Inject
    private NewSession sessions;

    @Inject
    private MfaTokens tokens;

    @Inject
    private InstantSource clock;

    @Inject
    private RelyingParties parties;

    @Inject
    private RateLimiter limits;

    @Inject
    private Credentials credentials;

    @Inject
    private DeviceCookies devices;

    /**
     * What the page hands to {@code navigator.credentials.get}: for a stranger the same for everybody; with the {@code
     * mfa_token} of a sign-in whose password was right, the passkeys of its account.
     */
    @POST
    @Path("/options")
    @Public
    public Response options(@Context HttpServletRequest request) {
        ClientContext client = RequestAttributes.CLIENT.require(request);
        Response.ResponseBuilder answer = Response.ok();
        limits.take(Limit.PASSKEY, client).map(RateLimit::headers).ifPresent(left -> left.forEach(answer::header));
        Optional<String> token = JsonBody.read(request).optional("mfa_token", MfaTokens.LENGTH);
        RelyingParty party = parties.require(request);
        JsonObject options = token.map(text -> secondFactor(party, text)).orElseGet(() -> answers.options(party));
        return answer.entity(options.toString()).build();
    }

    private JsonObject secondFactor(RelyingParty party, String mfaToken) {
        MfaToken token = tokens.read(mfaToken)
                .filter(read -> read.expiresAt().isAfter(clock.instant()))
                .orElseThrow(() -> new AuthException(
                        ErrorCode.INVALID_CREDENTIALS, "Its time is over: begin with the password again."));
        return answers.options(party, token.subject(), token.id());
    }

    @POST
    @Public
    public Response login(@Context HttpServletRequest request) {
        ClientContext client = RequestAttributes.CLIENT.require(request);
        JsonBody body = JsonBody.read(request);
        Credential credential = Credential.read(body, "credential");
        Delivery delivery = Delivery.of(body, Delivery.COOKIE);

        Verified verified = authenticator.authenticate(
                parties.require(request), credential, devices.presented(credentials.deviceCookies(request)), client);
        return sessions.open(signIn.byPasskey(verified.who(), verified.amr(), client), delivery, request, client);
    }
}
