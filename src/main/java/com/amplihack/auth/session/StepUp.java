package com.amplihack.auth.session;

import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import com.amplihack.auth.problem.Problem;
import com.amplihack.auth.store.SignInFacts;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * How a user must have been authenticated for something (RFC 9470).
 *
 * @param maxAge how long ago at most; empty: at any time
 * @param mfa whether by two factors ({@value SignInFacts#ACR_MFA})
 */
public record StepUp(Optional<Duration> maxAge, boolean mfa) {
    public static final StepUp MFA = new StepUp(Optional.empty(), true);

    /**
     * Requires it.
     *
     * @param signIn empty for a caller who never was authenticated, such as an API key
     * @throws AuthException {@code insufficient_user_authentication} with what is missing of {@code max_age} and {@code
     *     acr_values}
     */
    public void require(Optional<SignInFacts> signIn, Instant now) {
        boolean old = maxAge.isPresent()
                && signIn.filter(known -> !known.at().plus(maxAge.get()).isBefore(now))
                        .isEmpty();
        boolean weak = signIn.isEmpty() || (mfa && !signIn.get().isMfa());
        if (old || weak) {
            throw refusal(old, weak);
        }
    }

    private AuthException refusal(boolean old, boolean weak) {
        String detail = weak && mfa
                ? "This needs a sign-in with a second factor"
                : "This needs a sign-in of the last "
                        + maxAge.map(StepUp::words).orElse("session");
        AuthException refused = new AuthException(
                ErrorCode.INSUFFICIENT_USER_AUTHENTICATION, detail + ": POST /auth/reauthenticate, or sign in again.");
        // RFC 9470 section 3
        StringBuilder challenge =
                new StringBuilder(Problem.CHALLENGE).append(", error=\"insufficient_user_authentication\"");
        if (mfa) {
            challenge.append(", acr_values=\"" + SignInFacts.ACR_MFA + '"');
            refused.member("acr_values", SignInFacts.ACR_MFA);
        }
        if (old) {
            long seconds = maxAge.orElseThrow().toSeconds();
            challenge.append(", max_age=\"").append(seconds).append('"');
            refused.member("max_age", seconds);
        }
        return refused.header("WWW-Authenticate", challenge.toString());
    }

    private static String words(Duration age) {
        return age.toSeconds() % 60 == 0 ? age.toMinutes() + " minutes" : age.toSeconds() + " seconds";
    }
}
