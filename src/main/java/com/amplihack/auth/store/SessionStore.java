package com.amplihack.auth.store;

import com.amplihack.auth.config.type.Quota;
import com.amplihack.auth.config.type.ReplayMode;
import com.amplihack.auth.web.ClientContext;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Sessions and the use of their tokens. A session exists only as a positive record, so that losing the store ends sessions
 * and resurrects none.
 */
public interface SessionStore {
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
    record RefreshView(Optional<SessionRecord> session, Epoch epoch, Instant now, QuotaStore.Taken quota) {}

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

    /**
     * How many sessions live, for a gauge: an estimate when there are many, and sessions that the panic button ended count
     * until their records are forgotten. Not for the request path.
     */
    long liveSessions();
}
