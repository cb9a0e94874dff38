package com.amplihack.auth.endpoint;

import com.amplihack.auth.admission.CookieName;
import com.amplihack.auth.token.TokenPair;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.json.JsonObjectBuilder;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.NewCookie;
import jakarta.ws.rs.core.Response;
import com.amplihack.auth.admission.Credentials;
import com.amplihack.auth.json.StrictJson;
import java.time.Duration;

/** Hands out a pair of tokens: the access token in the body (RFC 6749 section 5.1), the rest where it was asked for. */
@ApplicationScoped
public class TokenResponse {
    private Credentials credentials;

    /** For CDI. */
    public TokenResponse() {}

    @Inject
    public TokenResponse(Credentials credentials) {
        this.credentials = credentials;
    }

    /** With the refresh token and the session's proof as cookies. */
    public Response inCookies(TokenPair pair, String refreshPath) {
        return Response.ok(body(pair).build().toString(), MediaType.APPLICATION_JSON_TYPE)
                .cookie(
                        cookie(CookieName.REFRESH_TOKEN, pair.refreshToken(), refreshPath, pair.refreshLife()),
                        cookie(CookieName.SESSION_ID, pair.handle().value(), "/", pair.sessionLife()))
                .build();
    }

    /** With everything in the body, for clients that keep no cookies. */
    public Response inBody(TokenPair pair) {
        JsonObjectBuilder body = body(pair)
                .add("refresh_token", pair.refreshToken())
                .add("refresh_expires_in", pair.refreshLife().toSeconds())
                .add("session_handle", pair.handle().value());
        return Response.ok(body.build().toString(), MediaType.APPLICATION_JSON_TYPE)
                .build();
    }

    /** Cookies that clear ours: the attributes are those that they were set with (FAULTS.md 41). */
    public NewCookie[] cleared(String refreshPath) {
        return new NewCookie[] {
            cookie(CookieName.REFRESH_TOKEN, "", refreshPath, Duration.ZERO),
            cookie(CookieName.SESSION_ID, "", "/", Duration.ZERO)
        };
    }

    private static JsonObjectBuilder body(TokenPair pair) {
        return StrictJson.provider()
                .createObjectBuilder()
                .add("access_token", pair.accessToken())
                .add("token_type", "Bearer")
                .add("expires_in", pair.accessLife().toSeconds());
    }

    private NewCookie cookie(CookieName name, String value, String path, Duration life) {
        return new NewCookie.Builder(name.name(credentials.prefixed()))
                .value(value)
                .path(path)
                .maxAge((int) life.toSeconds())
                .secure(true)
                .httpOnly(true)
                .sameSite(NewCookie.SameSite.STRICT)
                .build();
    }
}
