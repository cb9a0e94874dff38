package com.amplihack.auth.token;

import com.amplihack.auth.store.SignInFacts;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Access tokens as if they had been verified, for tests of what happens to them after that. */
public final class TestAccessToken {
    private TestAccessToken() {}

    public static AccessToken of(
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
        return new AccessToken(new TokenClaims(
                jti,
                subject,
                username,
                sid,
                gen,
                roles,
                permissions,
                false,
                false,
                Optional.of(SignInFacts.password(issuedAt)),
                ip,
                uaHash,
                issuedAt,
                notBefore,
                expiresAt));
    }
}
