package com.amplihack.auth.store;

import com.amplihack.auth.config.LockoutSettings;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Login attempts, and the lockouts that failures cause (docs/lockout.md). */
public interface LoginStore {
    /**
     * Takes a slot of the account before the password is checked, so that of any number of parallel guesses no more are
     * admitted than may fail. Reads the user's epoch as well.
     *
     * @param device nonce of the known device that the attempt comes from: it has slots of its own and is not affected
     *     by a lock, until its failures have filled these slots
     * @return an attempt that is admitted, refused, or must wait because attempts that are still being checked hold the
     *     last slots; the caller must report the result of an admitted one
     */
    LoginAttempt beginLogin(String subject, Optional<String> device, LockoutSettings rules);

    /**
     * Records the attempt as a failure. Parallel logins with the right password may fill the slots, but never lock.
     *
     * @return the end of the lock that this attempt caused; empty if it caused none
     */
    Optional<Instant> failLogin(LoginAttempt attempt, LockoutSettings rules);

    /** Frees the slot of an attempt that was no failure: its password was right, or was not checked. */
    void giveBackLogin(LoginAttempt attempt);

    /**
     * Uses up a challenge that a passkey of the account has answered, on every node.
     *
     * @param challenge names it; at most 64 characters
     * @param life for how long it would still be good; more than zero
     * @return whether this is its first use
     */
    boolean redeem(String subject, String challenge, Duration life);

    /** Until when strangers are locked out of the account; empty when they are not. */
    Optional<Instant> lockedUntil(String subject);

    /**
     * Lifts the account's lock and forgets the failures of strangers, but not those of known devices.
     *
     * @return whether the account was locked
     */
    boolean unlock(String subject);

    /**
     * Notes a failed sign-in for the account and for the list of all; the same one again only changes its time.
     *
     * @param counter whose list it goes to: the account, or the counter of an unknown name, which keeps none but costs
     *     the same
     */
    void noteFailure(String counter, LoginFailure failure);

    /**
     * A sign-in whose password was right and whose second factor is to come.
     *
     * @param id hash of the secret that its client got
     * @param ended the user's counter of ended sessions, read before the account: a change of it voids the sign-in
     * @param passwordVersion of the password that was right
     * @param client hash of the address and user agent, which alone may go on
     */
    record Pending(String subject, String id, long ended, long passwordVersion, String client) {}

    /** Remembers a pending sign-in for that time, with that many tries. */
    void beginSecondStep(Pending pending, Duration life, int tries);

    /**
     * A try of a pending sign-in.
     *
     * @param left how many more tries it has; negative if this one is not admitted
     * @param passwordVersion of the password that was right
     * @param epoch the user's epoch, of which {@code ended} is that of the pending sign-in
     */
    record SecondStep(int left, long passwordVersion, SessionStore.Epoch epoch) {
        public boolean admitted() {
            return left >= 0;
        }
    }

    /**
     * Takes one of the tries of a pending sign-in before the factor is looked at. Not admitted if it has expired,
     * succeeded, or no tries left, if it belongs to another client (which takes none), or if the user's sessions were
     * ended since.
     */
    SecondStep trySecondStep(String subject, String id, String client);

    /** Ends a pending sign-in; true for the one request that succeeds with it. */
    boolean finishSecondStep(String subject, String id);

    /** The account's last failed sign-ins of a day, the latest first; at most {@value LoginFailure#PER_ACCOUNT}. */
    List<LoginFailure.Last> failures(String subject);

    /** The last failed sign-ins of a day of everybody, the latest first; at most {@value LoginFailure#IN_ALL} are kept. */
    List<LoginFailure.Last> failures(int skip, int limit);
}
