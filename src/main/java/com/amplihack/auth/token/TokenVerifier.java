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
 * Verifies access tokens where MP-JWT cannot, to accept an expired one for logout and to tell an expired token from a
 * forgery; checks the times of every token.
 */
@Singleton
public class TokenVerifier {
    /** Upper bound of an access token's lifetime under any settings. */
    private static final Duration MAX_LIFETIME = Duration.ofHours(1);

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
     * Verifies signature, issuer and audience, but no times.
     *
     * @throws InvalidTokenException when one of them is wrong
     */
    public AccessToken authentic(String compact) {
        return authentic(TokenParser.parse(compact));
    }

    /**
     * Verifies a token for logout: it may have expired up to seven days ago, and its key may have retired since.
     *
     * @throws AuthException {@code token_expired} for an older one; {@link InvalidTokenException}
     */
    public AccessToken authenticForLogout(String compact) {
        UnverifiedToken unverified = TokenParser.parse(compact);
        VerifyingKey key = requireOurs(unverified, keys.findIncludingRetired(unverified.kid()));
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
        } catch (ParseException | JOSEException malformed) {
            // refused below
        }
        throw new InvalidTokenException("signature");
    }

    /**
     * Accepts a token that MP-JWT has verified.
     *
     * @param caller the principal that MP-JWT created from the token
     * @return empty when MP-JWT has read another token of the request
     */
    public static Optional<AccessToken> verifiedByMpJwt(UnverifiedToken token, Principal caller) {
        boolean same = caller instanceof JsonWebToken jwt && token.compact().equals(jwt.getRawToken());
        return same ? Optional.of(new AccessToken(token.claims())) : Optional.empty();
    }

    /**
     * Refuses a token with an unknown {@code kid}, for which MP-JWT would try the first key (docs/specification.md,
     * fault 33), or with another issuer or audience; MP-JWT sees new keys and settings seconds later.
     *
     * @return the key with the token's {@code kid}
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

    /** The refusal of a token that only MP-JWT refused. */
    public InvalidTokenException refusedByMpJwt() {
        return new InvalidTokenException("mp_jwt");
    }

    /**
     * Checks {@code exp}, {@code nbf} and {@code iat} (RFC 7519 section 4.1) with the current clock skew.
     *
     * @throws AuthException {@code token_expired}, or {@code invalid_token} for one that is not valid yet
     */
    public void requireCurrent(AccessToken token) {
        Instant now = clock.instant();
        Duration skew = configuration.settings().tokens().clockSkew();
        if (!now.isBefore(token.expiresAt().plus(skew))) { // RFC 7519: "on or after" exp is too late
            throw new AuthException(ErrorCode.TOKEN_EXPIRED, "The access token has expired: refresh it.");
        }
        Instant latestStart = now.plus(skew);
        if (token.notBefore().isAfter(latestStart) || token.issuedAt().isAfter(latestStart)) {
            throw new InvalidTokenException("not_yet_valid");
        }
        if (token.expiresAt().isAfter(token.issuedAt().plus(MAX_LIFETIME))) {
            throw new InvalidTokenException("lives_too_long");
        }
    }
}
