package com.amplihack.auth.store;

import com.amplihack.auth.config.LockoutSettings;
import java.time.Instant;
import java.util.Optional;

/** Attempts at the passwords of accounts, and the locks that failures bring about (docs/lockout.md). */
public interface LoginStore {
    /**
     * Gives an attempt at an account's password a place before the password is looked at: of any number of parallel guesses
     * no more are admitted than may fail. Reads the epoch on the way.
     *
     * @param device nonce of the known device that it comes from: it has a counter of its own and passes a lock, until
     *     failures have filled that counter
     * @return one that is admitted, that is refused, or that must wait because the last places are taken by attempts whose
     *     passwords are being looked at; only an admitted one has to be concluded
     */
    LoginAttempt beginLogin(String subject, Optional<String> device, LockoutSettings rules);

    /**
     * Makes the attempt a failure. Only failures lock: parallel logins with the right password fill the counter, but leave
     * it again.
     *
     * @return when the lock that this attempt began ends; empty when it began none
     */
    Optional<Instant> failLogin(LoginAttempt attempt, LockoutSettings rules);

    /** Frees the place of an attempt that was no failure: its password was right, or never looked at. */
    void giveBackLogin(LoginAttempt attempt);

    /** Until when strangers are locked out of the account; empty when they are not. */
    Optional<Instant> lockedUntil(String subject);

    /**
     * Lifts a lock and forgets the failures of strangers; those of known devices stay.
     *
     * @return whether it was locked
     */
    boolean unlock(String subject);
}
