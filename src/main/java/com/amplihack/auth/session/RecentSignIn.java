package com.amplihack.auth.session;

import com.amplihack.auth.factor.Factors;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import com.amplihack.auth.store.SessionStore;
import com.amplihack.auth.store.SignInFacts;
import com.amplihack.auth.token.AccessToken;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;

/**
 * Requires a recent sign-in for what outlives the session, by both factors where the user has two, so that whoever finds an
 * open browser or steals a session gets nothing of the kind (RFC 9470).
 */
@Singleton
public class RecentSignIn {
    static final Duration MAX_AGE = Duration.ofMinutes(15);

    private final SessionStore sessions;
    private final Factors factors;
    private final InstantSource clock;

    @Inject
    public RecentSignIn(SessionStore sessions, Factors factors, InstantSource clock) {
        this.sessions = sessions;
        this.factors = factors;
        this.clock = clock;
    }

    /**
     * Requires that the token's session is alive and that its user was authenticated within the last 15 minutes, by two
     * factors if there is a second one; to be called once the body is read, which takes as long as the client likes.
     *
     * @return when and how
     * @throws AuthException {@code insufficient_user_authentication} with {@code max_age} in seconds and {@code
     *     acr_values}, or {@code token_revoked}
     */
    public SignInFacts require(AccessToken token) {
        SignInFacts signIn = sessions.signIn(token.subject(), token.sid())
                .orElseThrow(() -> new AuthException(ErrorCode.TOKEN_REVOKED, "The token's session is over."));
        new StepUp(Optional.of(MAX_AGE), factors.has(token.subject())).require(Optional.of(signIn), clock.instant());
        return signIn;
    }
}
