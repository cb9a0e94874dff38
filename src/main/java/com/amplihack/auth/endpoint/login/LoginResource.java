package com.amplihack.auth.endpoint.login;

import com.amplihack.auth.config.Configuration;
import com.amplihack.auth.config.source.Secret;
import com.amplihack.auth.endpoint.Delivery;
import com.amplihack.auth.gate.Credentials;
import com.amplihack.auth.gate.RequestAttributes;
import com.amplihack.auth.gate.permission.Public;
import com.amplihack.auth.session.DeviceCookies;
import com.amplihack.auth.signin.SignIn;
import com.amplihack.auth.signin.SignedIn;
import com.amplihack.auth.users.EmailAddress;
import com.amplihack.auth.users.Username;
import com.amplihack.auth.users.login.CertificateAuthenticator;
import com.amplihack.auth.users.login.PresentedDevices;
import com.amplihack.auth.users.password.OpaqueString;
import com.amplihack.auth.web.ClientCertificate;
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
import java.security.cert.X509Certificate;
import java.util.Optional;

/** {@code POST /auth/login}: authenticates by password, or a service by client certificate, and opens a session. */
@Path("/auth/login")
@Produces(MediaType.APPLICATION_JSON)
@ApplicationScoped
public class LoginResource {
    private static final String USERNAME = "username";
    private static final String PASSWORD = "password";

    @Inject
    private SignIn signIn;

    @Inject
    private CertificateAuthenticator certificates;

    @Inject
    private NewSession sessions;

    @Inject
    private Credentials credentials;

    @Inject
    private DeviceCookies devices;

    @Inject
    private Configuration configuration;

    @POST
    @Public
    public Response login(@Context HttpServletRequest request) {
        ClientContext client = RequestAttributes.CLIENT.require(request);
        JsonBody body = JsonBody.read(request);
        Optional<X509Certificate> certificate = certificate(body, request);
        // services keep no cookies
        Delivery delivery = Delivery.of(body, certificate.isPresent() ? Delivery.BODY : Delivery.COOKIE);

        PresentedDevices presented = devices.presented(credentials.deviceCookies(request))
                .with(credentials.proof(request).sids());
        SignedIn in = certificate
                .map(leaf -> signIn.byCertificate(certificates.authenticate(leaf, client), leaf, client))
                .orElseGet(() -> byPassword(body, presented, client));
        return sessions.open(in, delivery, request, client);
    }

    /** The client certificate, if certificate login is on and the body has neither username nor password. */
    private Optional<X509Certificate> certificate(JsonBody body, HttpServletRequest request) {
        return configuration.settings().certificates().inUse() && !body.has(USERNAME) && !body.has(PASSWORD)
                ? ClientCertificate.of(request)
                : Optional.empty();
    }

    private SignedIn byPassword(JsonBody body, PresentedDevices presented, ClientContext client) {
        int longest =
                EmailAddress.longestName(configuration.settings().accounts().loginByEmail());
        String username = body.string(USERNAME, longest, Username::normalize);
        Secret password = Secret.of(
                body.string(PASSWORD, configuration.settings().passwords().longest(), OpaqueString::of));
        return signIn.byPassword(username, password, presented, client);
    }
}
