package com.amplihack.auth.factor;

import com.amplihack.auth.users.Account;
import com.amplihack.auth.web.ClientContext;
import jakarta.json.JsonObject;

/** Checks the assertion of a passkey as a second factor. */
@FunctionalInterface
public interface PasskeyCheck {
    /**
     * Whether the assertion is by one of the account's passkeys, for a challenge of this binding that was not used before.
     *
     * @param binding what the challenge was made for: the id of a pending sign-in, or of a session
     */
    boolean check(JsonObject assertion, Account account, String binding, ClientContext client);
}
