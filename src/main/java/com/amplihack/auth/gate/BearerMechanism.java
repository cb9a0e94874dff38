package com.amplihack.auth.gate;

import com.amplihack.auth.audit.AuditEntry;
import com.amplihack.auth.audit.AuditEvent;
import com.amplihack.auth.audit.AuditLog;
import com.amplihack.auth.config.Configuration;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import com.amplihack.auth.token.AccessToken;
import com.amplihack.auth.token.InvalidTokenException;
import com.amplihack.auth.token.TokenParser;
import com.amplihack.auth.token.TokenVerifier;
import com.amplihack.auth.token.UnverifiedToken;
import com.amplihack.auth.web.ClientContext;
import com.amplihack.auth.web.ClientResolver;
import com.amplihack.auth.web.RequestPath;
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
 * filter; ignores tokens on public paths.
 */
@Alternative
@Priority(100)
@Singleton
public class BearerMechanism implements HttpAuthenticationMechanism {
    private final ClientResolver clients;
    private final ResponseHeaders headers;
    private final VerifiedTokenCache tokens;
    private final MpJwtMechanism mpJwt;
    private final TokenVerifier verifier;
    private final AuditLog audit;
    private final Configuration configuration;

    @Inject
    public BearerMechanism(
            ClientResolver clients,
            ResponseHeaders headers,
            VerifiedTokenCache tokens,
            MpJwtMechanism mpJwt,
            TokenVerifier verifier,
            AuditLog audit,
            Configuration configuration) {
        this.clients = clients;
        this.headers = headers;
        this.tokens = tokens;
        this.mpJwt = mpJwt;
        this.verifier = verifier;
        this.audit = audit;
        this.configuration = configuration;
    }

    @Override
    public AuthenticationStatus validateRequest(
            HttpServletRequest request, HttpServletResponse response, HttpMessageContext context)
            throws AuthenticationException {
        if (RequestAttributes.CLIENT.get(request).isPresent()) {
            return context.doNothing(); // a forward, or a repeated call for the same request
        }
        ClientContext client = clients.resolve(request);
        PathKind kind = PathKind.of(RequestPath.of(request).decoded(), configuration.settings());
        headers.write(request, response, client, kind);
        RequestAttributes.CLIENT.set(request, client);
        RequestAttributes.PATH_KIND.set(request, kind);
        if (!kind.needsToken()) {
            RequestAttributes.AUTHENTICATION.set(request, new Authentication.Open());
            return context.doNothing();
        }
        try {
            String bearer = Credentials.bearer(request)
                    .orElseThrow(() -> new AuthException(ErrorCode.MISSING_TOKEN, "This needs a bearer access token."));
            VerifiedToken token = tokens.get(bearer, compact -> verify(compact, request, response, context));
            RequestAttributes.AUTHENTICATION.set(request, new Authentication.Verified(token.claims()));
            return token.announce(context);
        } catch (AuthException refused) {
            if (refused instanceof InvalidTokenException invalid) {
                audit(invalid, client);
            }
            RequestAttributes.AUTHENTICATION.set(request, new Authentication.Refused(refused));
            return context.doNothing();
        }
    }

    private void audit(InvalidTokenException invalid, ClientContext client) {
        audit.record(AuditEntry.of(
                        invalid.isAlgorithmConfusion() ? AuditEvent.ALGORITHM_CONFUSION : AuditEvent.TOKEN_INVALID,
                        client)
                .detail("reason", invalid.reason()));
    }

    /** Has MP-JWT verify a token that our own rules accept. */
    private VerifiedToken verify(
            String compact, HttpServletRequest request, HttpServletResponse response, HttpMessageContext context)
            throws AuthenticationException {
        UnverifiedToken token = TokenParser.parse(compact);
        verifier.requireOurs(token);
        Optional<VerifiedToken> verified = mpJwt.verify(token, request, response, context);
        if (verified.isPresent()) {
            return verified.get();
        }
        // MP-JWT does not say why: an expired token of ours, or a forgery?
        AccessToken ours = verifier.authentic(token);
        verifier.requireCurrent(ours);
        throw verifier.refusedByMpJwt();
    }
}
