package com.amplihack.auth.problem;

import java.util.Locale;

/** Every error that a client can receive: stable code, status and title (docs/errors.md). */
public enum ErrorCode {
    INVALID_REQUEST(400, "Invalid request"),
    WEAK_PASSWORD(400, "Weak password"),
    /** The token of a mail's link is unknown, used, expired or overtaken by a change: indistinguishable. */
    INVALID_LINK(400, "Invalid link"),

    /** Wrong password, unknown user, disabled or locked account: indistinguishable. */
    INVALID_CREDENTIALS(401, "Invalid credentials"),
    /** The password was right, and a second factor must follow. */
    MFA_REQUIRED(401, "Second factor required"),
    MISSING_TOKEN(401, "Missing or invalid authorization header"),
    /** The API key is malformed, unknown, revoked or expired, or its account may not use it. */
    INVALID_API_KEY(401, "Invalid API key"),
    INVALID_TOKEN(401, "Invalid token"),
    TOKEN_EXPIRED(401, "Token has expired"),
    TOKEN_REVOKED(401, "Token has been revoked"),
    TOKEN_REPLAYED(401, "Token replay detected"),
    BINDING_MISMATCH(401, "Session binding mismatch"),
    REFRESH_TOKEN_REQUIRED(401, "Refresh token required"),
    INVALID_REFRESH_TOKEN(401, "Invalid refresh token"),
    REFRESH_TOKEN_REUSED(401, "Refresh token reused"),
    /** The user was authenticated too long ago for this, or by one factor where two are needed (RFC 9470). */
    INSUFFICIENT_USER_AUTHENTICATION(401, "Recent sign-in required"),

    INSUFFICIENT_PERMISSIONS(403, "Insufficient permissions"),
    /** The account must change its password first. */
    PASSWORD_CHANGE_REQUIRED(403, "Password change required"),
    /** The account must get a second factor first. */
    MFA_ENROLLMENT_REQUIRED(403, "Second factor enrollment required"),
    /** The API key is limited to other models. */
    MODEL_NOT_ALLOWED(403, "Model not allowed"),
    ORIGIN_NOT_ALLOWED(403, "Origin not allowed"),
    ADDRESS_NOT_ALLOWED(403, "Address not allowed"),
    /** A credential came over plain HTTP. */
    TLS_REQUIRED(403, "TLS required"),

    NOT_FOUND(404, "Not found"),
    /** The feature is not configured here, such as what needs mail. */
    NOT_AVAILABLE(404, "Not available"),
    METHOD_NOT_ALLOWED(405, "Method not allowed"),
    USERNAME_TAKEN(409, "Username taken"),
    /** {@code auth.email.unique}, which only administrators are told of. */
    EMAIL_TAKEN(409, "Email address taken"),
    SESSION_CHANGED(409, "Session changed"),
    REFRESH_SUPERSEDED(409, "Refresh superseded"),
    /** The next signing key has not been published long enough. */
    ROTATION_TOO_EARLY(409, "Rotation too early"),
    /** The account is not as the {@code If-Match} of the request says (RFC 9110 section 13.1.1). */
    PRECONDITION_FAILED(412, "Precondition failed"),
    TOO_LARGE(413, "Request too large"),
    UNSUPPORTED_MEDIA_TYPE(415, "Unsupported media type"),
    RATE_LIMITED(429, "Too many requests"),
    /** A budget of tokens or requests has no room for the call. */
    BUDGET_EXHAUSTED(429, "Budget exhausted"),

    INTERNAL_ERROR(500, "Internal error"),

    /** No upstream is configured. */
    NO_UPSTREAM(502, "No upstream"),
    UPSTREAM_UNREACHABLE(502, "Upstream unreachable"),
    /** The upstream rejected the proxy's own credentials with 401 or 403. */
    UPSTREAM_REFUSED_US(502, "Upstream refused the proxy"),
    UPSTREAM_TIMEOUT(504, "Upstream timeout"),

    /** The security store or the database cannot answer. */
    STORE_UNAVAILABLE(503, "Service temporarily unavailable"),
    /** The password hashing queue is full, or pending attempts use up the account's remaining ones. */
    OVERLOADED(503, "Service overloaded");

    private final int status;
    private final String title;

    ErrorCode(int status, String title) {
        this.status = status;
        this.title = title;
    }

    /** The value of {@code error}. */
    public String code() {
        return name().toLowerCase(Locale.ROOT);
    }

    public int status() {
        return status;
    }

    public String title() {
        return title;
    }

    /** Whether the request carried an access token that was refused (RFC 6750 section 3.1). */
    boolean isBadToken() {
        return switch (this) {
            case INVALID_TOKEN, INVALID_API_KEY, TOKEN_EXPIRED, TOKEN_REVOKED, TOKEN_REPLAYED, BINDING_MISMATCH -> true;
            default -> false;
        };
    }

    /** The code for a status set by the container or JAX-RS. */
    static ErrorCode ofStatus(int status) {
        return switch (status) {
            case 401 -> MISSING_TOKEN;
            case 403 -> INSUFFICIENT_PERMISSIONS;
            case 404 -> NOT_FOUND;
            case 405, 501 -> METHOD_NOT_ALLOWED;
            case 413 -> TOO_LARGE;
            case 415 -> UNSUPPORTED_MEDIA_TYPE;
            case 429 -> RATE_LIMITED;
            case 503 -> STORE_UNAVAILABLE;
            default -> status >= 400 && status < 500 ? INVALID_REQUEST : INTERNAL_ERROR;
        };
    }
}
