package com.amplihack.auth.endpoint.factor;

import com.amplihack.auth.audit.AuditEntry;
import com.amplihack.auth.audit.AuditEvent;
import com.amplihack.auth.audit.AuditLog;
import com.amplihack.auth.endpoint.Delivery;
import com.amplihack.auth.endpoint.TokenResponse;
import com.amplihack.auth.factor.passkey.Credential;
import com.amplihack.auth.factor.passkey.PasskeyAnswers;
import com.amplihack.auth.factor.passkey.PasskeyAuthenticator;
import com.amplihack.auth.factor.passkey.PasskeyAuthenticator.Verified;
import com.amplihack.auth.gate.Credentials;
import com.amplihack.auth.gate.RequestAttributes;
import com.amplihack.auth.gate.permission.Public;
import com.amplihack.auth.limits.Limit;
import com.amplihack.auth.limits.RateLimiter;
import com.amplihack.auth.problem.RateLimit;
import com.amplihack.auth.session.DeviceCookies;
import com.amplihack.auth.session.TokenPair;
import com.amplihack.auth.session.TokenService;
import com.amplihack.auth.web.ClientContext;
import com.amplihack.auth.web.JsonBody;
import com.amplihack.auth.web.RelyingParties;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;

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
    private RelyingParties parties;

    @Inject
    private RateLimiter limits;

    @Inject
    private TokenService tokens;

    @Inject
    private TokenResponse response;

    @Inject
    private Credentials credentials;

    @Inject
    private DeviceCookies devices;

    @Inject
    private AuditLog audit;

    /** What the page hands to {@code navigator.credentials.get}; the same for everybody, and stored nowhere. */
    @POST
    @Path("/options")
    @Public
    public Response options(@Context HttpServletRequest request) {
        ClientContext client = RequestAttributes.CLIENT.require(request);
        Response.ResponseBuilder answer = Response.ok();
        limits.take(Limit.PASSKEY, client).map(RateLimit::headers).ifPresent(left -> left.forEach(answer::header));
        JsonBody.read(request);
        return answer.entity(answers.options(parties.require(request)).toString()).build();
    }

    @POST
    @Public
    public Response login(@Context HttpServletRequest request) {
        ClientContext client = RequestAttributes.CLIENT.require(request);
        JsonBody body = JsonBody.read(request);
        Credential credential = Credential.read(body, "credential");
        Delivery delivery = Delivery.of(body, Delivery.COOKIE);
        Verified signedIn = authenticator.authenticate(
                parties.require(request),
                credential,
                devices.presented(credentials.deviceCookies(request)),
                client);
        audit.record(AuditEntry.of(AuditEvent.LOGIN_SUCCESS, client)
                .user(signedIn.who().account().id(), signedIn.who().account().username())
                .detail("method", "passkey"));
        // before opening the new one, or the session limit would end another one
        tokens.replace(credentials.refreshCookies(request), credentials.proof(request), client);
        TokenPair pair = tokens.open(signedIn.who(), client);
        Response.ResponseBuilder answer = response.remember(
                response.of(pair, delivery, request), signedIn.who().account(), delivery, request);
        signedIn.who().limit().headers().forEach(answer::header);
        return answer.build();
    }
}
