package com.amplihack.auth.session;

import com.amplihack.auth.token.SessionHandle;
import java.time.Duration;

/**
 * What a login or a refresh hands out.
 *
 * @param accessToken JWS compact
 * @param accessLife how long it is good
 * @param refreshToken opaque
 * @param refreshLife how long it is good
 * @param handle proves the session; the same over its whole life
 * @param sessionLife until the session's end at the latest
 */
public record TokenPair(
        String accessToken,
        Duration accessLife,
        String refreshToken,
        Duration refreshLife,
        SessionHandle handle,
        Duration sessionLife) {
    @Override
    public String toString() {
        return "TokenPair[***]";
    }
}
