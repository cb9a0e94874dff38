package com.amplihack.auth.signin;

import com.amplihack.auth.store.SignInFacts;
import com.amplihack.auth.users.login.Authenticator.Authenticated;

/**
 * The outcome of a sign-in, for which a session may be opened.
 *
 * @param who the user, with the epoch read before the account
 * @param signIn when and how
 * @param remembered whether a remembered device stood for the second factor: its cookie stays as it is
 */
public record SignedIn(Authenticated who, SignInFacts signIn, boolean remembered) {
    /** Whether a person was there, and not a service with its certificate. */
    public boolean isByPerson() {
        return signIn.methods().contains(SignInFacts.PASSWORD) || signIn.methods().contains("user");
    }
}
