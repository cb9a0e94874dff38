package com.amplihack.auth.session;

import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import com.amplihack.auth.problem.Problem;
import com.amplihack.auth.store.SessionStore;
import com.amplihack.auth.token.AccessToken;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/**
 * Requires a recent sign-in for what outlives the session, so that whoever finds an open browser or steals a session gets
 * nothing of the kind (RFC 9470).
 */
@Singleton
public class RecentSignIn {
    static final Duration MAX_AGE = Duration.ofMinutes(15);

    private final SessionStore sessions;
    private final InstantSource clock;

    @Inject
    public RecentSignIn(SessionStore sessions, InstantSource clock) {
        this.sessions = sessions;
        this.clock = clock;
    }

    /**
     * Requires that the token's session is alive and was opened within the last 15 minutes; to be called once the body is
     * read, which takes as long as the client likes.
     *
     * @throws AuthException {@code insufficient_user_authentication} with {@code max_age} in seconds, or {@code
     *     token_revoked}
     */
    public void require(AccessToken token) {
        Instant opened = sessions.openedAt(token.subject(), token.sid())
                .orElseThrow(() -> new AuthException(ErrorCode.TOKEN_REVOKED, "The token's session is over."));
        if (opened.plus(MAX_AGE).isBefore(clock.instant())) {
            long seconds = MAX_AGE.toSeconds();
            throw new AuthException(
                            ErrorCode.INSUFFICIENT_USER_AUTHENTICATION,
                            "This needs a sign-in of the last 15 minutes: sign in again.")
                    .member("max_age", seconds)
                    .header(
                            "WWW-Authenticate",
                            Problem.CHALLENGE + ", error=\"insufficient_user_authentication\", max_age=\"" + seconds
                                    + '"');
        }
    }
}
