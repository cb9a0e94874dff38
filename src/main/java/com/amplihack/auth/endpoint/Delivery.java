package com.amplihack.auth.endpoint;

import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import com.amplihack.auth.web.JsonBody;

/** Where a client wants its refresh token: the member {@code delivery} of a request that opens a session. */
enum Delivery {
    COOKIE,
    BODY;

    static Delivery of(JsonBody body, Delivery otherwise) {
        return switch (body.optional("delivery", 16).orElse("")) {
            case "" -> otherwise;
            case "cookie" -> COOKIE;
            case "body" -> BODY;
            default -> throw new AuthException(ErrorCode.INVALID_REQUEST, "delivery: 'cookie' or 'body' is needed.");
        };
    }
}
