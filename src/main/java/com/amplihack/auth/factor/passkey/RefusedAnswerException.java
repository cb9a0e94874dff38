package com.amplihack.auth.factor.passkey;

import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;

/** An authenticator's answer that proves nothing. */
final class RefusedAnswerException extends Exception {
    private static final long serialVersionUID = 1;

    private final String reason;

    /** @param reason for the audit log, such as {@code bad_origin}; a guesser is never told */
    RefusedAnswerException(String reason) {
        super(reason);
        this.reason = reason;
    }

    RefusedAnswerException(String reason, Throwable cause) {
        super(reason, cause);
        this.reason = reason;
    }

    String reason() {
        return reason;
    }

    /** For somebody who is signed in and makes a passkey. */
    AuthException forOwner() {
        return new AuthException(ErrorCode.INVALID_REQUEST, "credential: refused (" + reason + ").", this);
    }
}
