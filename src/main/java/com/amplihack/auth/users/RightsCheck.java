package com.amplihack.auth.users;

import com.amplihack.auth.problem.AuthException;

/** A rule about what an account may be given, asked inside the transaction that gives it. */
@FunctionalInterface
public interface RightsCheck {
    /** Allows everything. */
    RightsCheck NONE = account -> {};

    /**
     * Looks at an account as it will be.
     *
     * @throws AuthException when it must not be so; then nothing is stored
     */
    void require(Account account);
}
