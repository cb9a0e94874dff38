package com.amplihack.auth.token;

import java.time.Instant;
import java.util.List;

/**
 * An access token whose signature, issuer and audience were verified. Its times, binding and session are for the gate
 * to check, at every request.
 *
 * @param subject the account's id
 * @param username the account's name ({@code upn})
 * @param sid the session; never the secret that proves it
 * @param gen the refresh generation that it was issued in
 * @param ip the address it was issued to
 * @param uaHash see {@link Fingerprint}
 */
public record AccessToken(
        String jti,
        String subject,
        String username,
        String sid,
        long gen,
        List<String> roles,
        List<String> permissions,
        String ip,
        String uaHash,
        Instant issuedAt,
        Instant notBefore,
        Instant expiresAt) {
    public AccessToken {
        roles = List.copyOf(roles);
        permissions = List.copyOf(permissions);
    }
}
