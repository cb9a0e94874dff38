package com.amplihack.auth.token;

import com.amplihack.auth.store.SignInFacts;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** A token's claims, unreadable outside this package until they are verified as an {@link AccessToken}. */
record TokenClaims(
        String jti,
        String subject,
        String username,
        String sid,
        long gen,
        List<String> roles,
        List<String> permissions,
        boolean mustChangePassword,
        boolean mustEnroll,
        Optional<SignInFacts> signIn,
        String ip,
        String uaHash,
        Instant issuedAt,
        Instant notBefore,
        Instant expiresAt) {
    TokenClaims {
        roles = List.copyOf(roles);
        permissions = List.copyOf(permissions);
    }
}
