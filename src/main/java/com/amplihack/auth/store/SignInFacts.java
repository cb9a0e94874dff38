package com.amplihack.auth.store;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;

/**
 * When and how the user of a session was authenticated last: the claims {@code auth_time}, {@code amr} (RFC 8176) and
 * {@code acr} (docs/tokens.md).
 *
 * @param at to the second
 * @param methods RFC 8176 section 2; {@value #MFA} among them if there were several factors
 */
public record SignInFacts(Instant at, List<String> methods) {
    public static final String PASSWORD = "pwd";
    public static final String MFA = "mfa";

    /** One factor, which may be a password. */
    public static final String ACR_PASSWORD = "urn:amplihack:pwd";

    /** Two factors, or one that is two: a passkey that verifies its user, or the certificate of a service. */
    public static final String ACR_MFA = "urn:amplihack:mfa";

    public SignInFacts {
        at = at.truncatedTo(ChronoUnit.SECONDS);
        methods = List.copyOf(methods);
    }

    /** A sign-in by password alone. */
    public static SignInFacts password(Instant at) {
        return new SignInFacts(at, List.of(PASSWORD));
    }

    public boolean isMfa() {
        return methods.contains(MFA);
    }

    /** The authentication context class (RFC 9470 section 4). */
    public String acr() {
        return isMfa() ? ACR_MFA : ACR_PASSWORD;
    }
}
