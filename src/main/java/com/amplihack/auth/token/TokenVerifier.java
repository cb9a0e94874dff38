package com.amplihack.auth.token;

import com.amplihack.auth.config.Configuration;
import com.amplihack.auth.config.TokenSettings;
import com.amplihack.auth.keys.KeyRing;
import com.amplihack.auth.keys.ring.VerifyingKey;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSObject;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.security.Principal;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import org.eclipse.microprofile.jwt.JsonWebToken;

/**
 * Verifies access tokens where MP-JWT cannot: for an expired one that still may sign out, and to tell an expired token
 * of ours from a forgery. The times are checked here for everybody.
 */
@Singleton
public class TokenVerifier {
    /** No token of ours lives longer, whatever the settings say now. */
    private static final Duration LONGEST_LIFE = Duration.ofHours(1);

    private static final Duration LOGOUT_GRACE = Duration.ofDays(7);

    private final KeyRing keys;
    private final Configuration configuration;
    private final InstantSource clock;

    @Inject
    public TokenVerifier(KeyRing keys, Configuration configuration, InstantSource clock) {
        this.keys = keys;
        this.configuration = configuration;
        this.clock = clock;
    }

    /**
     * A token of ours, current or not: signature, issuer and audience hold.
     *
     * @throws InvalidTokenException when it is none
     */
    public AccessToken authentic(String compact) {
        return authentic(TokenParser.parse(compact));
    }

    /**
     * The same for signing out: also a token that expired up to seven days ago, whose key may have retired meanwhile.
     *
     * @throws AuthException {@code token_expired} for an older one
     */
    public AccessToken authenticForLogout(String compact) {
        UnverifiedToken unverified = TokenParser.parse(compact);
        VerifyingKey key = requireOurs(unverified, keys.findEvenRetired(unverified.kid()));
        AccessToken token = authentic(unverified, key);
        if (token.expiresAt().plus(LOGOUT_GRACE).isBefore(clock.instant())) {
            throw new AuthException(ErrorCode.TOKEN_EXPIRED, "The access token expired more than 7 days ago.");
        }
        return token;
    }

    /** See {@link #authentic(String)}. */
    public AccessToken authentic(UnverifiedToken token) {
        return authentic(token, requireOurs(token));
    }

    private static AccessToken authentic(UnverifiedToken token, VerifyingKey key) {
        try {
            if (JWSObject.parse(token.compact()).verify(key.verifier())) {
                return new AccessToken(token.claims());
            }
        } catch (ParseException | JOSEException foreign) {
            // told below, with the same words
        }
        throw new InvalidTokenException("signature");
    }

    /**
     * The same for a token that MP-JWT has verified.
     *
     * @param caller whom MP-JWT saw in it
     * @return empty when it saw the caller in another token of the same request
     */
    public static Optional<AccessToken> verifiedByMpJwt(UnverifiedToken token, Principal caller) {
        boolean same = caller instanceof JsonWebToken jwt && token.compact().equals(jwt.getRawToken());
        return same ? Optional.of(new AccessToken(token.claims())) : Optional.empty();
    }

    /**
     * Refuses a token that names no key of the ring: MP-JWT would try the first one instead (docs/specification.md,
     * fault 33). Refuses another issuer or audience as well: MP-JWT hears of new keys and settings seconds later.
     *
     * @return the key that it names
     */
    public VerifyingKey requireOurs(UnverifiedToken token) {
        return requireOurs(token, keys.find(token.kid()));
    }

    private VerifyingKey requireOurs(UnverifiedToken token, Optional<VerifyingKey> known) {
        VerifyingKey key = known.orElseThrow(() -> new InvalidTokenException("kid"));
        TokenSettings settings = configuration.settings().tokens();
        if (!token.issuer().equals(settings.issuer().toString())) {
            throw new InvalidTokenException("issuer");
        }
        if (!token.audience().equals(settings.audience())) {
            throw new InvalidTokenException("audience");
        }
        return key;
    }

    /** For a token of ours that MP-JWT refused all the same: its word counts. */
    public InvalidTokenException refusedByMpJwt() {
        return new InvalidTokenException("mp_jwt");
    }

    /**
     * Checks {@code exp}, {@code nbf} and {@code iat} (RFC 7519 section 4.1) with the skew that is in force.
     *
     * @throws AuthException {@code token_expired}, or {@code invalid_token} for one that is not valid yet
     */
    public void requireCurrent(AccessToken token) {
        Instant now = clock.instant();
        Duration skew = configuration.settings().tokens().clockSkew();
        if (!now.isBefore(token.expiresAt().plus(skew))) { // "on or after" is too late
            throw new AuthException(ErrorCode.TOKEN_EXPIRED, "The access token has expired: refresh it.");
        }
        Instant latestStart = now.plus(skew);
        if (token.notBefore().isAfter(latestStart) || token.issuedAt().isAfter(latestStart)) {
            throw new InvalidTokenException("not_yet_valid");
        }
        if (token.expiresAt().isAfter(token.issuedAt().plus(LONGEST_LIFE))) {
            throw new InvalidTokenException("lives_too_long");
        }
    }
}
