package com.amplihack.auth.session;

import com.amplihack.auth.token.SessionHandle;
import java.time.Duration;

/**
 * The credentials that a login or a refresh returns.
 *
 * @param accessToken in JWS compact serialization
 * @param handle unchanged for the session's whole life
 * @param sessionLife until the session ends at the latest
 * @param mustChangePassword whether the access token is good for nothing else
 * @param mustEnroll whether the access token is good only to get a second factor
 */
public record TokenPair(
        String accessToken,
        Duration accessLife,
        String refreshToken,
        Duration refreshLife,
        SessionHandle handle,
        Duration sessionLife,
        boolean mustChangePassword,
        boolean mustEnroll) {
    @Override
    public String toString() {
        return "TokenPair[***]";
    }
}
