package com.amplihack.auth.store;

import com.amplihack.auth.config.type.Quota;
import com.amplihack.auth.config.type.ReplayMode;
import com.amplihack.auth.store.budget.MeteredCall;
import com.amplihack.auth.store.budget.Reservation;
import com.amplihack.auth.web.ClientContext;
import com.amplihack.auth.web.device.BrowserName;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Sessions and the use of their tokens. A session is valid only while its record exists, so that losing the store ends
 * sessions and resurrects none.
 */
public interface SessionStore {
    /** The pages of sessions that {@link #endOthers} reads at most. */
    int MOST_PAGES = 100;

    /** The decision on a request with an access token. */
    enum Verdict {
        ADMITTED,
        /** The session has ended, or the token was issued before the user's roles or permissions last changed. */
        SESSION_OVER,
        /** The token was used before, and is burnt since. */
        BARE_REPEAT,
        /** The request does not prove its session, although earlier requests of the session did. */
        AFTER_PROOF,
        OVER_QUOTA,
        /** The account's budgets were chosen by another counter of limits: choose anew. */
        LIMITS_CHANGED,
        /** The reservation is EXHAUSTED or UNSEEDED. */
        NO_BUDGET
    }

    /**
     * One use of an access token whose signature, times and binding are already verified.
     *
     * @param proven whether the request proves that it holds the session's secret
     * @param tokenLife how long the token can still be presented; a burnt one is remembered for that time
     */
    record Use(String subject, String sid, long gen, String jti, boolean proven, ReplayMode mode, Duration tokenLife) {}

    /** When and how the user of the live session of this id was authenticated last; empty if there is none. */
    Optional<SignInFacts> signIn(String subject, String sid);

    /**
     * Ends the user's sessions but one; those that are opened meanwhile may stay.
     *
     * @return how many were alive
     */
    default int endOthers(String subject, String sid) {
        int ended = 0;
        for (int page = 0; page < MOST_PAGES; page++) {
            List<String> others = sessions(subject, Optional.empty(), SessionPage.LONGEST).sessions().stream()
                    .map(SessionRecord::sid)
                    .filter(other -> !other.equals(sid))
                    .toList();
            if (others.isEmpty()) {
                break;
            }
            for (String other : others) {
                ended += end(subject, other) ? 1 : 0;
            }
        }
        return ended;
    }

    /** Whether the user has a live session of this id. */
    default boolean isAlive(String subject, String sid) {
        return signIn(subject, sid).isPresent();
    }

    /**
     * The answer to a {@link Use}.
     *
     * @param remaining what is left of the quota
     * @param reset until the quota's oldest entry leaves the window
     * @param limits the account's counter of limits
     * @param reservation of a metered call, when ADMITTED or NO_BUDGET
     */
    record Admission(
            Verdict verdict, int remaining, Duration reset, String limits, Optional<Reservation> reservation) {}

    /**
     * What a request is going to cost.
     *
     * @param limits the account's counter of limits when the budgets were read, or before
     */
    record Metered(String limits, MeteredCall call) {}

    /**
     * A user's two counters. A session is opened or rotated only if they have not changed since before the account was
     * read.
     *
     * @param ended grows when all sessions of the user end
     * @param rights grows when roles or permissions of the user change
     */
    record Epoch(long ended, long rights) {}

    /** The result of a compare-and-set commit. */
    enum Commit {
        COMMITTED,
        /** The epoch or the generation changed since it was read: read again. */
        MOVED,
        SESSION_OVER
    }

    /**
     * The result of opening a session.
     *
     * @param commit COMMITTED or MOVED
     * @param ended the {@code sid}s of the live sessions that were ended to keep the limit
     */
    record Opening(Commit commit, List<String> ended) {
        public Opening {
            ended = List.copyOf(ended);
        }
    }

    /**
     * What the store knows about a refresh token.
     *
     * @param session empty if the session does not exist or has ended
     * @param epoch the user's current epoch
     * @param now the time by the store's clock, the same that sets {@code rotatedAt}
     * @param quota the refresh quota, from which this call has taken one if the session is alive
     */
    record RefreshView(Optional<SessionRecord> session, Epoch epoch, Instant now, QuotaStore.Taken quota) {}

    /**
     * A successor to commit (docs/refresh-protocol.md, rule 2b).
     *
     * @param seen the session as it was read; refused with MOVED if its generation or issue has changed since
     * @param epoch the user's epoch, read before the account; refused with MOVED if it has changed since
     * @param gen the successor's generation
     * @param issue the claim {@code gen} of the access tokens that are issued from now on
     * @param live hash of the successor's secret
     * @param salt with which the successor is derived from its parent; unique for each rotation
     * @param request name of the request, or the empty string
     * @param client address and device that the session is used from now
     * @param refreshLife lifetime of the successor, at most the rest of the session's
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
        private static final int LONGEST_NAME = 60; // ASCII only: one byte each in the store
        private static final Pattern NOT_ASCII = Pattern.compile("[^ -~]");

        /** The device of a client: browser and system such as "Firefox on Linux", or the start of another user agent. */
        public static Device of(ClientContext client) {
            String name = NOT_ASCII
                    .matcher(BrowserName.of(client.userAgent()).orElse(client.userAgent()))
                    .replaceAll("?");
            return new Device(client.address(), name.substring(0, Math.min(LONGEST_NAME, name.length())));
        }
    }

    /**
     * A refresh answer to commit that rotates nothing (docs/refresh-protocol.md, rules 2a, 3a and 3b): its idempotency
     * key is recorded, and if the user's rights have changed, older access tokens are revoked.
     *
     * @param seen the session as it was read; refused with MOVED if its generation or issue has changed since
     * @param epoch the user's epoch, read before the account; refused with MOVED if it has changed since
     * @param issue the claim {@code gen} of the answer's access token
     * @param request name of the request, or the empty string
     */
    record Answer(SessionRecord seen, Epoch epoch, long issue, String request) {}

    /** The user's epoch; a user without one has zeros, plus the store-wide counter. */
    Epoch epoch(String subject);

    /**
     * Opens a session, unless the user's epoch has changed since it was read, and ends the user's oldest sessions
     * beyond the limit.
     *
     * @param session with the {@code epoch} that was read before the account
     * @param refreshLife lifetime of its first refresh token, and so of the record
     * @param limit how many sessions the user may have, including this one; at least 1
     */
    Opening open(SessionRecord session, Duration refreshLife, int limit);

    /**
     * Admits or refuses one use of an access token. Checks session, epoch and rights, {@code min_gen}, replay and
     * quota and budgets, in this order; burns the token last.
     *
     * @param metered reserves what the request is going to cost
     */
    Admission admit(Use use, Quota quota, Optional<Metered> metered);

    /** Admits a request that costs nothing. */
    default Admission admit(Use use, Quota quota) {
        return admit(use, quota, Optional.empty());
    }

    /**
     * Reads the session that a refresh token names, and takes one from its refresh quota if the session is alive.
     *
     * @param proven whether the request proves the session; requests that do not have a quota of their own, so that
     *     they cannot use up the other one
     */
    RefreshView lookForRefresh(String subject, String sid, boolean proven, Quota quota);

    /**
     * Commits a rotation by compare-and-set on generation, issue and epoch; MOVED also if a copy of the request was
     * answered meanwhile.
     */
    Commit rotate(Rotation rotation);

    /** Commits an answer that rotates nothing, by the same compare-and-set. */
    Commit answer(Answer answer);

    /**
     * The result of another sign-in within a session.
     *
     * @param issue the claim {@code gen} of the access tokens that are issued from now on
     */
    record Renewal(Commit commit, long issue) {}

    /**
     * Records another sign-in of a session's user. If the user's rights have changed since its last refresh, its older
     * access tokens are revoked, as at a refresh.
     *
     * @param epoch the user's epoch, read before the account; refused with MOVED if it has changed since
     */
    Renewal renew(String subject, String sid, Epoch epoch, SignInFacts signIn);

    /**
     * Ends one session.
     *
     * @return whether it was alive
     */
    boolean end(String subject, String sid);

    /**
     * Ends every session of a user, including those being opened or rotated right now.
     *
     * @return how many were alive
     */
    int endAll(String subject);

    /**
     * Revokes every access token of users whose roles or permissions changed; the sessions continue, and their next
     * refresh issues tokens with the new ones. Other operations run in between, however many users there are.
     *
     * @throws StoreUnavailableException when any of them may not have been revoked: to be repeated
     */
    void changeRights(Collection<String> subjects);

    default void changeRights(String subject) {
        changeRights(List.of(subject));
    }

    /**
     * Returns a page of the user's live sessions.
     *
     * @param from the {@code next} of the page before; empty for the first page
     * @param limit the maximum number of sessions, 1 to {@value SessionPage#LONGEST}
     */
    SessionPage sessions(String subject, Optional<SessionPage.Place> from, int limit);

    /**
     * The number of live sessions, for a gauge: an estimate if there are many. Sessions that the panic button ended are
     * counted until their records expire. Too slow for the request path.
     */
    long liveSessions();
}
