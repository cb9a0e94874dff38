package com.amplihack.auth.gate;

import com.amplihack.auth.apikey.ApiKey;
import com.amplihack.auth.apikey.KeyGate;
import com.amplihack.auth.audit.AuditEntry;
import com.amplihack.auth.audit.AuditEvent;
import com.amplihack.auth.audit.AuditLog;
import com.amplihack.auth.config.Configuration;
import com.amplihack.auth.config.Settings;
import com.amplihack.auth.config.WebSettings;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import com.amplihack.auth.token.AccessToken;
import com.amplihack.auth.token.InvalidTokenException;
import com.amplihack.auth.token.TokenParser;
import com.amplihack.auth.token.TokenVerifier;
import com.amplihack.auth.token.UnverifiedToken;
import com.amplihack.auth.web.ClientContext;
import com.amplihack.auth.web.ClientResolver;
import com.amplihack.auth.web.PublicBaseUrl;
import com.amplihack.auth.web.RequestPath;
import com.amplihack.auth.web.ServiceState;
import jakarta.annotation.Priority;
import jakarta.enterprise.inject.Alternative;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.security.enterprise.AuthenticationException;
import jakarta.security.enterprise.AuthenticationStatus;
import jakarta.security.enterprise.authentication.mechanism.http.HttpAuthenticationMechanism;
import jakarta.security.enterprise.authentication.mechanism.http.HttpMessageContext;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.Optional;

/**
 * Wraps MP-JWT's authentication mechanism: refuses malformed tokens that MP-JWT would accept or fail on, has it
 * verify the others unless the cache holds them, and records the outcome for {@link GateFilter}. Runs before every
 * filter; ignores tokens on public paths. Refuses credentials over plain HTTP on every path, unread.
 */
@Alternative
@Priority(100)
@Singleton
public class BearerMechanism implements HttpAuthenticationMechanism {
    private final ClientResolver clients;
    private final ResponseHeaders headers;
    private final Credentials credentials;
    private final VerifiedTokenCache tokens;
    private final MpJwtMechanism mpJwt;
    private final TokenVerifier verifier;
    private final AuditLog audit;
    private final Configuration configuration;
    private final ServiceState state;
    private final KeyGate keys;

    @Inject
    public BearerMechanism(
            ClientResolver clients,
            ResponseHeaders headers,
            Credentials credentials,
            VerifiedTokenCache tokens,
            MpJwtMechanism mpJwt,
            TokenVerifier verifier,
            AuditLog audit,
            Configuration configuration,
            ServiceState state,
            KeyGate keys) {
        this.clients = clients;
        this.headers = headers;
        this.credentials = credentials;
        this.tokens = tokens;
        this.mpJwt = mpJwt;
        this.verifier = verifier;
        this.audit = audit;
        this.configuration = configuration;
        this.state = state;
        this.keys = keys;
    }

    @Override
    public AuthenticationStatus validateRequest(
            HttpServletRequest request, HttpServletResponse response, HttpMessageContext context)
            throws AuthenticationException {
        if (RequestAttributes.CLIENT.get(request).isPresent()) {
            return context.doNothing(); // a forward, or a repeated call for the same request
        }
        ClientContext client = clients.resolve(request);
        Settings settings = configuration.settings();
        RequestPath path = RequestPath.of(
                request, decoded -> settings.proxy().routes().find(decoded).isPresent());
        PathKind kind = PathKind.of(path.decoded(), settings);
        headers.write(request, response, client, kind);
        RequestAttributes.CLIENT.set(request, client);
        RequestAttributes.PATH_KIND.set(request, kind);
        Optional<AuthException> closed = kind == PathKind.OPERATIONS ? Optional.empty() : state.refusal();
        if (closed.isPresent()) {
            RequestAttributes.AUTHENTICATION.set(request, new Authentication.Refused(closed.get()));
            return context.doNothing();
        }
        if (isCredentialInClear(request, kind)) {
            RequestAttributes.AUTHENTICATION.set(request, new Authentication.Refused(inClear()));
            return context.doNothing();
        }
        if (!kind.needsToken()) {
            RequestAttributes.AUTHENTICATION.set(request, new Authentication.Open());
            return context.doNothing();
        }
        try {
            Optional<String> apiKey = kind.takesApiKey() ? Credentials.apiKey(request) : Optional.empty();
            if (apiKey.isPresent()) {
                ApiKey key = ApiKey.parse(apiKey.get()).orElseThrow(() -> keys.malformed(apiKey.get(), client));
                RequestAttributes.AUTHENTICATION.set(request, new Authentication.Presented(key));
                return context.doNothing();
            }
            String bearer = Credentials.bearer(request)
                    .orElseThrow(() -> new AuthException(ErrorCode.MISSING_TOKEN, "This needs a bearer access token."));
            if (ApiKey.isOne(bearer)) {
                throw new AuthException(
                        ErrorCode.INVALID_API_KEY,
                        "API keys open /api and /auth/verify alone; this needs an access token.");
            }
            VerifiedToken token = tokens.get(bearer, compact -> verify(compact, client, request, response, context));
            RequestAttributes.AUTHENTICATION.set(request, new Authentication.Verified(token.claims()));
            return token.announce(context);
        } catch (AuthException refused) {
            if (refused instanceof InvalidTokenException invalid) {
                audit(invalid, client);
            }
            RequestAttributes.AUTHENTICATION.set(request, new Authentication.Refused(shown(refused, kind)));
            return context.doNothing();
        }
    }

    /** Whatever is wrong with a token: where an API key is taken as well, it may be another service's key. */
    private static AuthException shown(AuthException refused, PathKind kind) {
        return refused instanceof InvalidTokenException && kind.takesApiKey()
                ? new AuthException(
                        ErrorCode.INVALID_TOKEN,
                        "Neither a valid access token nor an API key of this service, which begins with amp_.")
                : refused;
    }

    /** Whether {@code auth.require.tls} refuses the request, whose credentials nothing has read yet. */
    private boolean isCredentialInClear(HttpServletRequest request, PathKind kind) {
        WebSettings settings = configuration.settings().web();
        return settings.requireTls()
                && (kind.takesCredentialInBody(request.getMethod()) || credentials.isPresent(request))
                && !PublicBaseUrl.isTls(request, settings);
    }

    private static AuthException inClear() {
        return new AuthException(
                ErrorCode.TLS_REQUIRED,
                "Credentials are accepted over https only. A proxy that ends TLS must be in auth.trusted.proxies and send"
                        + " X-Forwarded-Proto: https. Replace what was sent: others may have read it.");
    }

    private void audit(InvalidTokenException invalid, ClientContext client) {
        audit.record(AuditEntry.of(
                        invalid.isAlgorithmConfusion() ? AuditEvent.ALGORITHM_CONFUSION : AuditEvent.TOKEN_INVALID,
                        client)
                .detail("reason", invalid.reason()));
    }

    /** Has MP-JWT verify a token that our own rules accept. */
    private VerifiedToken verify(
            String compact,
            ClientContext client,
            HttpServletRequest request,
            HttpServletResponse response,
            HttpMessageContext context)
            throws AuthenticationException {
        UnverifiedToken token = TokenParser.parse(compact);
        verifier.requireOurs(token);
        Optional<VerifiedToken> verified = mpJwt.verify(token, request, response, context);
        if (verified.isPresent()) {
            return verified.get();
        }
        // MP-JWT does not say why: an expired token of ours, or a forgery?
        requireCurrent(verifier.authentic(token), client);
        throw verifier.refusedByMpJwt();
    }

    private void requireCurrent(AccessToken ours, ClientContext client) {
        try {
            verifier.requireCurrent(ours);
        } catch (InvalidTokenException invalid) {
            throw invalid; // which is audited with every other one
        } catch (AuthException expired) {
            audit.record(AuditEntry.of(AuditEvent.TOKEN_INVALID, client)
                    .user(ours.subject(), ours.username())
                    .session(ours.sid())
                    .detail("reason", "expired"));
            throw expired;
        }
    }
}
