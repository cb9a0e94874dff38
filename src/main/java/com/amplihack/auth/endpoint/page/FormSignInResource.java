package com.amplihack.auth.endpoint.page;

import com.amplihack.auth.config.Configuration;
import com.amplihack.auth.config.source.Secret;
import com.amplihack.auth.endpoint.Delivery;
import com.amplihack.auth.endpoint.TokenResponse;
import com.amplihack.auth.endpoint.login.NewSession;
import com.amplihack.auth.factor.FactorMethod;
import com.amplihack.auth.factor.RecoveryCodes;
import com.amplihack.auth.gate.Credentials;
import com.amplihack.auth.gate.RequestAttributes;
import com.amplihack.auth.gate.permission.Public;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import com.amplihack.auth.problem.Problem;
import com.amplihack.auth.session.DeviceCookies;
import com.amplihack.auth.session.TokenService;
import com.amplihack.auth.signin.PresentedFactor;
import com.amplihack.auth.signin.SignIn;
import com.amplihack.auth.signin.SignedIn;
import com.amplihack.auth.users.EmailAddress;
import com.amplihack.auth.users.Username;
import com.amplihack.auth.users.login.PresentedDevices;
import com.amplihack.auth.users.password.OpaqueString;
import com.amplihack.auth.web.ClientContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.json.JsonValue;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/**
 * Signing in by forms, for browsers that run no scripts: the same sign-in with the same limits as {@code POST /auth/login}, whose
 * answers are pages. A session's cookies are set; no page ever has a token of it.
 */
@Path("/auth")
@Produces("text/html;charset=utf-8")
@ApplicationScoped
public class FormSignInResource {
    private static final String USERNAME = "username";
    private static final String MFA_TOKEN = "mfa_token";
    private static final String PROBLEM = "problem";
    private static final int LONGEST_TOKEN = 512;
    private static final Pattern TOTP_CODE = Pattern.compile("\\d(?:\\p{IsWhite_Space}?\\d){5}");

    @Inject
    private SignIn signIn;

    @Inject
    private NewSession sessions;

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
    private PageFiles pages;

    /** The name and the password. */
    @POST
    @Path("/sign-in")
    @Public
    public Response password(@Context HttpServletRequest request) {
        FormBody form = FormBody.read(request);
        ClientContext client = RequestAttributes.CLIENT.require(request);
        String language = language(request);
        int longest =
                EmailAddress.longestName(configuration.settings().accounts().loginByEmail());
        try {
            String username = Username.normalize(form.field(USERNAME, longest, Username::normalize));
            Secret password = Secret.of(OpaqueString.of(
                    form.field("password", configuration.settings().passwords().longest(), OpaqueString::of)));
            SignedIn in = signIn.byPassword(username, password, presented(request), client);
            return signedIn(in, request, client);
        } catch (AuthException refused) {
            if (refused.code() == ErrorCode.MFA_REQUIRED) {
                return factorPage(refused, language);
            }
            Map<String, String> values =
                    Map.of("name", form.shown(USERNAME, longest), PROBLEM, problem(refused, language));
            return page("sign-in", language, refused, values);
        }
    }

    /** A code of the second step, of whichever kind. */
    @POST
    @Path("/sign-in-factor")
    @Public // the mfa_token is the credential
    public Response factor(@Context HttpServletRequest request) {
        FormBody form = FormBody.read(request);
        ClientContext client = RequestAttributes.CLIENT.require(request);
        String language = language(request);
        try {
            String code = form.field("code", RecoveryCodes.LONGEST, UnaryOperator.identity())
                    .strip();
            FactorMethod method = TOTP_CODE.matcher(code).matches() ? FactorMethod.TOTP : FactorMethod.RECOVERY_CODE;
            SignedIn in = signIn.bySecondFactor(
                    form.field(MFA_TOKEN, LONGEST_TOKEN, UnaryOperator.identity()),
                    new PresentedFactor(method, code, JsonValue.EMPTY_JSON_OBJECT),
                    presented(request),
                    client);
            return signedIn(in, request, client);
        } catch (AuthException refused) {
            boolean wrong = refused.code() == ErrorCode.INVALID_CREDENTIALS;
            boolean over = wrong && Long.valueOf(0).equals(refused.members().get("tries_left"));
            String key = over ? "error.factor_over" : "error.wrong_factor";
            String problem = wrong ? PageWords.words(language, key, Map.of()) : problem(refused, language);
            return over
                    ? page("sign-in", language, refused, Map.of("name", "", PROBLEM, problem))
                    : page(
                            "factor",
                            language,
                            refused,
                            Map.of(MFA_TOKEN, form.shown(MFA_TOKEN, LONGEST_TOKEN), PROBLEM, problem));
        }
    }

    /** Ends the session whose cookies come along, and clears them in any case. */
    @POST
    @Path("/sign-out")
    @Public // the refresh token is the credential
    public Response signOut(@Context HttpServletRequest request) {
        FormBody.read(request);
        tokens.logout(Optional.empty(), credentials.refreshCookies(request), RequestAttributes.CLIENT.require(request));
        return response.clearing(Response.seeOther(URI.create("../")), request);
    }

    private PresentedDevices presented(HttpServletRequest request) {
        return devices.presented(credentials.deviceCookies(request))
                .with(credentials.proof(request).sids());
    }

    private Response signedIn(SignedIn in, HttpServletRequest request, ClientContext client) {
        Response opened = sessions.open(in, Delivery.COOKIE, request, client);
        Response.ResponseBuilder answer = Response.seeOther(URI.create("../signed-in.html"));
        opened.getHeaders().forEach((name, values) -> {
            if (!name.equalsIgnoreCase(HttpHeaders.CONTENT_TYPE)) {
                values.forEach(value -> answer.header(name, value));
            }
        });
        return answer.build();
    }

    /** A passkey needs scripts. */
    private Response factorPage(AuthException needed, String language) {
        boolean codes = needed.members().get("methods") instanceof List<?> methods
                && methods.stream().anyMatch(method -> !method.equals(FactorMethod.PASSKEY.id()));
        String problem = codes ? "" : PageWords.words(language, "error.passkey_only", Map.of());
        return page(
                "factor",
                language,
                needed,
                Map.of(MFA_TOKEN, String.valueOf(needed.members().get(MFA_TOKEN)), PROBLEM, problem));
    }

    private Response page(String name, String language, AuthException refused, Map<String, String> values) {
        boolean next = refused.code() == ErrorCode.MFA_REQUIRED; // no failure
        Response.ResponseBuilder answer =
                Response.status(next ? 200 : refused.code().status()).entity(pages.filled(name, language, values));
        (next ? refused.headers() : Problem.of(refused).headers()).forEach(answer::header);
        return answer.build();
    }

    private static String problem(AuthException refused, String language) {
        String key =
                switch (refused.code()) {
                    case INVALID_CREDENTIALS -> "error.invalid_credentials";
                    case RATE_LIMITED -> "error.rate_limited";
                    case OVERLOADED, STORE_UNAVAILABLE -> "error.unavailable";
                    default -> "error.other";
                };
        String seconds = refused.headers().getOrDefault(HttpHeaders.RETRY_AFTER, "1");
        return PageWords.words(language, key, Map.of("seconds", seconds));
    }

    private static String language(HttpServletRequest request) {
        return PageWords.language(Optional.ofNullable(request.getHeader(HttpHeaders.ACCEPT_LANGUAGE)));
    }
}
