package com.amplihack.auth.store;

/**
 * A login attempt that holds one of the account's slots while its password is checked (docs/lockout.md). Whoever began
 * it reports the result with {@link LoginStore#failLogin} or {@link LoginStore#giveBackLogin}; after a crash in between
 * it counts as a failure a minute later.
 *
 * @param device nonce of the known device that the attempt comes from, or the empty string
 * @param id unique
 * @param counter whose slot it holds, or why it holds none
 * @param epoch the user's epoch when the attempt began
 */
public record LoginAttempt(String subject, String device, String id, Counter counter, SessionStore.Epoch epoch) {
    /** Whose slot an attempt holds, or why it holds none. */
    public enum Counter {
        STRANGERS,
        DEVICE,
        /** No slot: attempts that are still being checked hold the last ones, and free them if they succeed. */
        FULL,
        /** No slot: the attempt is refused, whatever its password. */
        NONE
    }

    /** Whether the attempt succeeds with the right password. */
    public boolean admitted() {
        return counter == Counter.STRANGERS || counter == Counter.DEVICE;
    }

    /** Whether its password must not be checked yet: the attempt must be begun again later. */
    public boolean mustWait() {
        return counter == Counter.FULL;
    }
}
