package com.amplihack.auth.token;

import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;

/** An invalid access token; its reason goes to the audit log only, never to the client. */
public class InvalidTokenException extends AuthException {
    private static final long serialVersionUID = 1;

    private final String reason;
    private final boolean algorithmConfusion;

    InvalidTokenException(String reason) {
        this(reason, false);
    }

    private InvalidTokenException(String reason, boolean algorithmConfusion) {
        super(ErrorCode.INVALID_TOKEN, "The access token is not valid.");
        this.reason = reason;
        this.algorithmConfusion = algorithmConfusion;
    }

    /** The token names an algorithm other than RS256 (RFC 8725 section 2.1). */
    static InvalidTokenException algorithmConfusion() {
        return new InvalidTokenException("algorithm", true);
    }

    public String reason() {
        return reason;
    }

    public boolean isAlgorithmConfusion() {
        return algorithmConfusion;
    }
}
