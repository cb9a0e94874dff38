package com.amplihack.auth.store;

/**
 * An attempt at a password that has a place among those that may fail before the password is looked at; whoever began it
 * says how it went ({@link LoginStore#failLogin}, {@link LoginStore#giveBackLogin}), and a crash in between makes it
 * a failure a minute later.
 *
 * @param device nonce of the known device that it comes from, or the empty string
 * @param id tells it from every other attempt
 * @param epoch the user's, as it was when the attempt began
 */
public record LoginAttempt(String subject, String device, String id, Counter counter, SessionStore.Epoch epoch) {
    /** Among whose failures an attempt is counted. */
    public enum Counter {
        STRANGERS,
        DEVICE,
        /** None: others that are being looked at have the last places, and one that succeeds frees its own. */
        FULL,
        /** It is refused, whatever its password. */
        NONE
    }

    /** Whether the right password may sign in. */
    public boolean admitted() {
        return counter == Counter.STRANGERS || counter == Counter.DEVICE;
    }

    /** Whether its password must not be looked at yet: it has to begin again. */
    public boolean mustWait() {
        return counter == Counter.FULL;
    }
}
