package com.amplihack.auth.endpoint;

import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import com.amplihack.auth.web.JsonBody;

/** How a client wants to receive its refresh token: {@code delivery} in a request that opens a session. */
public enum Delivery {
    COOKIE,
    BODY;

    public static Delivery of(JsonBody body, Delivery otherwise) {
        return switch (body.optional("delivery", 16).orElse("")) {
            case "" -> otherwise;
            case "cookie" -> COOKIE;
            case "body" -> BODY;
            default -> throw new AuthException(ErrorCode.INVALID_REQUEST, "delivery: must be 'cookie' or 'body'.");
        };
    }
}
