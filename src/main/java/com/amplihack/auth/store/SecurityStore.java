package com.amplihack.auth.store;

import com.amplihack.auth.config.Quota;
import com.amplihack.auth.config.ReplayMode;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

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
     * What a refresh token meets.
     *
     * @param session empty when there is no such session (any more)
     * @param epoch the user's, as of now
     * @param quota the session's refresh quota, one of which this look has taken
     */
    record RefreshView(Optional<SessionRecord> session, Epoch epoch, Taken quota) {}

    /**
     * A successor to commit (ROTATION.md rule 2b).
     *
     * @param gen the generation that was looked at; the successor's is one more
     * @param epoch the user's, as it was read before the account
     * @param live hash of the successor's secret
     * @param request hash of the idempotency key, or the empty string
     * @param refreshLife of the successor, at most the rest of the session
     */
    record Rotation(
            String subject, String sid, long gen, Epoch epoch, String live, String request, Duration refreshLife) {}

    /** The user's epoch; zeros for a user never seen. */
    Epoch epoch(String subject);

    /**
     * Opens a session, unless the user's epoch has moved since it was read.
     *
     * @param session its {@code epoch} is the one read before the account was read
     * @param refreshLife of its first refresh token; the record is forgotten after it
     * @return COMMITTED or MOVED
     */
    Commit open(SessionRecord session, Duration refreshLife);

    /** May this token pass, now? Order: session, epoch and rights, {@code min_gen}, replay, quota, burn. */
    Admission admit(Use use, Quota quota);

    /** Reads the session that a refresh token names, and takes one from its refresh quota if it exists. */
    RefreshView lookForRefresh(String subject, String sid, Quota quota);

    /** Commits a rotation by compare-and-set on generation and epoch. */
    Commit rotate(Rotation rotation);

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

    /**
     * Revokes every access token that a user has, for its roles and permissions are no longer true; the sessions go on,
     * and their next refresh carries the new ones.
     */
    void changeRights(String subject);

    /** The live sessions of a user, in no order. */
    List<SessionRecord> sessions(String subject);

    /** Takes one from a quota that belongs to no user. */
    Taken take(Quota quota, String key);

    /** Asks whether the store answers at all. */
    void ping();

    /** {@code redis} or {@code memory}, for logs and health. */
    String kind();
}
