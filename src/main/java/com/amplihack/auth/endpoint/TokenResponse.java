package com.amplihack.auth.endpoint;

import com.amplihack.auth.config.Configuration;
import com.amplihack.auth.gate.Credentials;
import com.amplihack.auth.session.DeviceCookies;
import com.amplihack.auth.session.TokenPair;
import com.amplihack.auth.session.TokenService;
import com.amplihack.auth.token.TokenIssuer;
import com.amplihack.auth.users.Account;
import com.amplihack.auth.web.CookieName;
import com.amplihack.auth.web.PublicBaseUrl;
import com.amplihack.auth.web.StrictJson;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.json.JsonObjectBuilder;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.Duration;

/** Builds token responses (RFC 6749 section 5.1), with the refresh token in a cookie or in the body. */
@Singleton
public class TokenResponse {
    private static final String SET_COOKIE = "Set-Cookie";

    private final Credentials credentials;
    private final DeviceCookies devices;
    private final Configuration configuration;

    @Inject
    public TokenResponse(Credentials credentials, DeviceCookies devices, Configuration configuration) {
        this.credentials = credentials;
        this.devices = devices;
        this.configuration = configuration;
    }

    public Response.ResponseBuilder of(TokenPair pair, Delivery delivery, HttpServletRequest request) {
        return delivery == Delivery.BODY ? inBody(pair) : inCookies(pair, request);
    }

    private Response.ResponseBuilder inCookies(TokenPair pair, HttpServletRequest request) {
        return Response.ok(body(pair).build().toString(), MediaType.APPLICATION_JSON_TYPE)
                .header(
                        SET_COOKIE,
                        cookie(CookieName.REFRESH_TOKEN, pair.refreshToken(), authPath(request), pair.refreshLife()))
                .header(SET_COOKIE, cookie(CookieName.SESSION_ID, pair.handle().value(), "/", pair.sessionLife()));
    }

    /** For clients without cookies. */
    private static Response.ResponseBuilder inBody(TokenPair pair) {
        JsonObjectBuilder body = body(pair)
                .add("refresh_token", pair.refreshToken())
                .add("refresh_expires_in", pair.refreshLife().toSeconds())
                .add("session_handle", pair.handle().value());
        return Response.ok(body.build().toString(), MediaType.APPLICATION_JSON_TYPE);
    }

    /** Adds the device cookie, by which the next login recognizes this device, if the response sets cookies. */
    public Response.ResponseBuilder remember(
            Response.ResponseBuilder answer, Account account, Delivery delivery, HttpServletRequest request) {
        return delivery == Delivery.BODY ? answer : remember(answer, devices.issue(account), request);
    }

    /** Adds that device cookie. */
    public Response.ResponseBuilder remember(
            Response.ResponseBuilder answer, String device, HttpServletRequest request) {
        return answer.header(SET_COOKIE, cookie(CookieName.DEVICE, device, authPath(request), DeviceCookies.LIFE));
    }

    /** A new access token of a session, whose other credentials stay as they are. */
    public Response of(TokenService.RenewedToken renewed) {
        return Response.ok(body(renewed.access(), renewed.life()).build().toString(), MediaType.APPLICATION_JSON_TYPE)
                .build();
    }

    /** A response that clears the session's cookies with their original attributes (docs/specification.md, fault 41). */
    public Response clearing(String body, HttpServletRequest request) {
        return clearing(Response.ok(body, MediaType.APPLICATION_JSON_TYPE), request);
    }

    /** See {@link #clearing(String, HttpServletRequest)}. */
    public Response clearing(Response.ResponseBuilder answer, HttpServletRequest request) {
        return answer.header(SET_COOKIE, cookie(CookieName.REFRESH_TOKEN, "", authPath(request), Duration.ZERO))
                .header(SET_COOKIE, cookie(CookieName.SESSION_ID, "", "/", Duration.ZERO))
                .build();
    }

    /** The path of the refresh and device cookies as the client sees it. */
    private String authPath(HttpServletRequest request) {
        String prefix =
                PublicBaseUrl.of(request, configuration.settings().web()).prefix();
        return prefix + (request.getServletPath().startsWith("/v1/") ? "/v1/auth" : "/auth");
    }

    private static JsonObjectBuilder body(TokenPair pair) {
        return body(pair.accessToken(), pair.accessLife(), pair.mustChangePassword(), pair.mustEnroll());
    }

    private static JsonObjectBuilder body(TokenIssuer.Issued access, Duration life) {
        return body(access.compact(), life, access.mustChangePassword(), access.mustEnroll());
    }

    private static JsonObjectBuilder body(String token, Duration life, boolean mustChange, boolean mustEnroll) {
        JsonObjectBuilder body = StrictJson.provider()
                .createObjectBuilder()
                .add("access_token", token)
                .add("token_type", "Bearer")
                .add("expires_in", life.toSeconds());
        if (mustChange) {
            body.add("must_change_password", true);
        }
        return mustEnroll ? body.add("must_enroll", true) : body;
    }

    /** RFC 6265 section 4.1.1; our values need no quoting. */
    private String cookie(CookieName name, String value, String path, Duration life) {
        return name.name(credentials.prefixed()) + '=' + value + "; Path=" + path + "; Max-Age=" + life.toSeconds()
                + "; Secure; HttpOnly; SameSite=Strict";
    }
}
