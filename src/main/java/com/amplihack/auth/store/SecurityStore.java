package com.amplihack.auth.store;

import com.amplihack.auth.config.LockoutSettings;
import com.amplihack.auth.config.type.Quota;
import com.amplihack.auth.config.type.ReplayMode;
import com.amplihack.auth.web.ClientContext;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/**
 * The one seam for fast-changing security state: sessions, used tokens, quotas. Each operation is atomic and costs one
 * round trip; a session exists only as a positive record, so that losing the store ends sessions and resurrects none.
 *
 * <p>Every operation may throw {@link StoreUnavailableException}.
 */
public interface SecurityStore {
    /** What became of a request that asked to be admitted. */
    enum Verdict {
        ADMITTED,
        /** No such session any more, or the token is older than the session's last change of roles. */
        SESSION_OVER,
        /** This token was used once and is burnt. */
        BARE_REPEAT,
        /** A bare token of a session that has proved itself before. */
        AFTER_PROOF,
        OVER_QUOTA
    }

    /**
     * A request of an access token whose signature, times and binding are already verified.
     *
     * @param proven whether the request holds the session's secret
     * @param tokenLife how long the token can still be presented, so how long a burnt one is remembered
     */
    record Use(String subject, String sid, long gen, String jti, boolean proven, ReplayMode mode, Duration tokenLife) {}

    /**
     * The answer to a {@link Use}.
     *
     * @param remaining of the quota, 0 when over it
     * @param reset until the quota's oldest entry leaves the window
     */
    record Admission(Verdict verdict, int remaining, Duration reset) {}

    /** The answer of a quota: whether there was one left, how many still are, and when the next one comes. */
    record Taken(boolean granted, int remaining, Duration reset) {}

    /**
     * A user's two counters; a session opens or rotates only under those that were read before the account was.
     *
     * @param ended moves when all sessions of the user end
     * @param rights moves when roles or permissions of the user change
     */
    record Epoch(long ended, long rights) {}

    /** How a commit that depends on earlier reads ended. */
    enum Commit {
        COMMITTED,
        /** The epoch or the generation moved in between: read again. */
        MOVED,
        SESSION_OVER
    }

    /**
     * How the opening of a session ended.
     *
     * @param commit COMMITTED or MOVED
     * @param ended sids of the live sessions that had to end for it
     */
    record Opening(Commit commit, List<String> ended) {
        public Opening {
            ended = List.copyOf(ended);
        }
    }

    /**
     * What a refresh token meets.
     *
     * @param session empty when there is no such session (any more)
     * @param epoch the user's, as of now
     * @param now by the store's clock, which {@code rotatedAt} is of too
     * @param quota the refresh quota, one of which this look has taken if the session exists
     */
    record RefreshView(Optional<SessionRecord> session, Epoch epoch, Instant now, Taken quota) {}

    /**
     * A successor to commit (docs/refresh-protocol.md, rule 2b).
     *
     * @param seen the session as it was looked at; its generation and issue must still be these
     * @param epoch the user's, as it was read before the account
     * @param gen the successor's generation
     * @param issue the generation that access tokens carry from here on
     * @param live hash of the successor's secret
     * @param salt what it is made with, beside its parent; tells this rotation from any other
     * @param request name of the request, or the empty string
     * @param client who rotates: address and device from here on
     * @param refreshLife of the successor, at most the rest of the session
     */
    record Rotation(
            SessionRecord seen,
            Epoch epoch,
            long gen,
            long issue,
            String live,
            String salt,
            String request,
            Device client,
            Duration refreshLife) {}

    /** Where a session is used from; the name is the start of the user agent, at most 60 ASCII characters. */
    record Device(String address, String name) {
        private static final int LONGEST_NAME = 60; // a character is a byte in the store
        private static final Pattern NOT_ASCII = Pattern.compile("[^ -~]");

        public static Device of(ClientContext client) {
            String name = NOT_ASCII.matcher(client.userAgent()).replaceAll("?");
            return new Device(client.address(), name.substring(0, Math.min(LONGEST_NAME, name.length())));
        }
    }

    /**
     * An answer to commit that rotates nothing (docs/refresh-protocol.md, rules 2a, 3a and 3b): its idempotency key is
     * remembered, and access tokens made under changed rights get a generation of their own.
     *
     * @param seen the session as it was looked at; its generation and issue must still be these
     * @param epoch the user's, as it was read before the account
     * @param issue the generation that the answer's access token carries
     * @param request name of the request, or the empty string
     */
    record Answer(SessionRecord seen, Epoch epoch, long issue, String request) {}

    /** The user's epoch; zeros for a user never seen. */
    Epoch epoch(String subject);

    /**
     * Opens a session, unless the user's epoch has moved since it was read; ends the oldest of the user's sessions so that
     * no more than the limit are left.
     *
     * @param session its {@code epoch} is the one read before the account was read
     * @param refreshLife of its first refresh token; the record is forgotten after it
     * @param limit how many sessions the user may have, this one among them; at least 1
     */
    Opening open(SessionRecord session, Duration refreshLife, int limit);

    /** May this token pass, now? Order: session, epoch and rights, {@code min_gen}, replay, quota, burn. */
    Admission admit(Use use, Quota quota);

    /**
     * Reads the session that a refresh token names, and takes one from its refresh quota if it exists.
     *
     * @param proven whether the request proves the session; those that do not have a quota of their own, so that they
     *     take nothing from those that do
     */
    RefreshView lookForRefresh(String subject, String sid, boolean proven, Quota quota);

    /**
     * Commits a rotation by compare-and-set on generation, issue and epoch; MOVED also when the request was answered
     * meanwhile.
     */
    Commit rotate(Rotation rotation);

    /** Commits an answer that rotates nothing, by the same compare-and-set. */
    Commit answer(Answer answer);

    /**
     * Ends one session.
     *
     * @return whether it was alive
     */
    boolean end(String subject, String sid);

    /**
     * Ends every session of a user by moving the epoch: also one that is being opened or rotated right now.
     *
     * @return how many were alive
     */
    int endAll(String subject);

    /** Ends every session of every user, on every node within a second, also those being opened or rotated right now. */
    void endEverybody();

    /**
     * The signing keys that were compromised, by their {@code kid}, as they were at most half a second ago: on every node,
     * whatever key directory it has.
     */
    Set<String> deadKeys();

    /** Adds keys to those that were compromised; none comes back within a year. */
    void killKeys(Set<String> kids);

    /**
     * Revokes every access token that a user has, for its roles and permissions are no longer true; the sessions go on,
     * and their next refresh carries the new ones.
     */
    void changeRights(String subject);

    /**
     * A page of the live sessions of a user.
     *
     * @param from the {@code next} of the page before; empty for the first page
     * @param limit how many at most, 1 to {@value SessionPage#LONGEST}
     */
    SessionPage sessions(String subject, Optional<SessionPage.Place> from, int limit);

    /** Takes one from a quota that belongs to no user. */
    Taken take(Quota quota, String key);

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

    /** Asks whether the store answers at all. */
    void ping();

    /**
     * Asks whether the store can be used, and what about its set-up an operator should change.
     *
     * @param now by this node's clock
     */
    Inspection inspect(Instant now);

    /**
     * How many sessions live, for a gauge: an estimate when there are many, and sessions that the panic button ended count
     * until their records are forgotten. Not for the request path.
     */
    long liveSessions();

    /** Has that listener told when the store goes away, and when it is back; never twice of the same outage. */
    void onOutage(Consumer<StoreOutage> listener);

    /** {@code redis} or {@code memory}, for logs and health. */
    String kind();
}
