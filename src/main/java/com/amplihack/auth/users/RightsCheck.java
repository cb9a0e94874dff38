package com.amplihack.auth.users;

import com.amplihack.auth.problem.AuthException;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** A rule about an account's rights, checked inside the transaction that changes them. */
@FunctionalInterface
public interface RightsCheck {
    /** Allows everything. */
    RightsCheck NONE = (username, roles, permissions) -> {};

    /**
     * Checks who makes the change, before all else.
     *
     * @param accounts finds an account by its id, as it is inside the transaction
     * @throws AuthException when they may not make it; nothing is stored
     */
    default void requireCaller(Function<String, Optional<Account>> accounts) {}

    /**
     * Checks an account as it was stored before the change, also when it is deleted; a new one has no rights.
     *
     * @throws AuthException when it may not be changed; nothing is stored
     */
    default void requireChangeable(Account before) {}

    /**
     * Checks rights as they will be stored. What is allowed is allowed with a shorter name or fewer rights too.
     *
     * @param roles sorted
     * @param permissions all of them, those of the roles included, sorted
     * @throws AuthException when that is not allowed; nothing is stored
     */
    void require(String username, List<String> roles, List<String> permissions);
}
