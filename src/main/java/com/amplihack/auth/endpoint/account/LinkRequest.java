package com.amplihack.auth.endpoint.account;

import com.amplihack.auth.config.source.Secret;
import com.amplihack.auth.users.password.OpaqueString;
import com.amplihack.auth.web.JsonBody;

/** What the requests with the token of a link have in common. */
final class LinkRequest {
    private static final int MAX_TOKEN_LENGTH = 256; // longer than any, so that a wrong one is no malformed request
    private static final int MAX_PASSWORD_LENGTH = 1024; // above the policy's maximum, so that the policy refuses

    private LinkRequest() {}

    static Secret token(JsonBody body) {
        return Secret.of(body.string("token", MAX_TOKEN_LENGTH));
    }

    static Secret password(JsonBody body, String member) {
        return Secret.of(body.string(member, MAX_PASSWORD_LENGTH, OpaqueString::of));
    }
}
