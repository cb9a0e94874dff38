package com.amplihack.auth.users;

import com.amplihack.auth.problem.AuthException;

/** A rule about an account's rights, checked inside the transaction that changes them. */
@FunctionalInterface
public interface RightsCheck {
    /** Allows everything. */
    RightsCheck NONE = account -> {};

    /**
     * Checks an account as it will be stored.
     *
     * @throws AuthException when that is not allowed; nothing is stored
     */
    void require(Account account);
}
