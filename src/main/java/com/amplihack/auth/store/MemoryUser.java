package com.amplihack.auth.store;

import com.amplihack.auth.store.SecurityStore.Epoch;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/** Everything that {@link MemorySecurityStore} keeps of one user; touched only under that user's lock. */
final class MemoryUser {
    /** A session with the time at which the record is forgotten. */
    record Kept(SessionRecord session, long until) {
        /** The twin of {@code place_of} in prelude.lua. */
        SessionPage.Place place() {
            long end = Math.min(until, session.endsAt().toEpochMilli());
            return new SessionPage.Place(-Math.floorDiv(-end, 1000), session.sid());
        }
    }

    private static final Comparator<SessionRecord> OLDEST_FIRST =
            Comparator.comparing(SessionRecord::createdAt).thenComparing(SessionRecord::endsAt);

    private static final Comparator<SessionPage.Place> LAST_FIRST = Comparator.comparing(SessionPage.Place::second)
            .thenComparing(SessionPage.Place::sid)
            .reversed();

    private final LongSupplier everybodyEnded;
    private long ended;
    private long rights;
    long epochUntil;
    final Map<String, Kept> sessions = new HashMap<>(); // by sid
    final Map<String, Long> burntUntil = new HashMap<>(); // by jti
    final SlidingWindow api = new SlidingWindow();
    final MemoryLogins logins = new MemoryLogins();
    private final Map<String, SlidingWindow> refreshes = new HashMap<>(); // by sid
    private final Map<String, SlidingWindow> unproven = new HashMap<>(); // by sid

    MemoryUser(LongSupplier everybodyEnded) {
        this.everybodyEnded = everybodyEnded;
    }

    /** Both counters only grow, so their sum moves with either. */
    Epoch epoch() {
        return new Epoch(ended + everybodyEnded.getAsLong(), rights);
    }

    /** The live session of that sid, as the scripts see it. */
    Optional<Kept> live(String sid, long now) {
        Kept kept = sessions.get(sid);
        boolean live = kept != null
                && kept.until > now
                && kept.session.endsAt().toEpochMilli() > now
                && kept.session.epoch().ended() == epoch().ended();
        return live ? Optional.of(kept) : Optional.empty();
    }

    /** The live sessions behind that place, in the order of pages. */
    List<SessionPages.Seen> liveFrom(Optional<SessionPage.Place> place, int count, long now) {
        return sessions.values().stream()
                .filter(kept -> live(kept.session.sid(), now).isPresent())
                .sorted(Comparator.comparing(Kept::place, LAST_FIRST))
                .dropWhile(kept -> place.isPresent() && LAST_FIRST.compare(kept.place(), place.get()) <= 0)
                .limit(count)
                .map(kept -> new SessionPages.Seen(kept.place(), Optional.of(kept.session)))
                .toList();
    }

    /** Ends the oldest sessions beyond the limit, but never that one; the sids of those that were alive. */
    List<String> endOldest(int limit, String newest, long now) {
        sessions.keySet().removeIf(sid -> live(sid, now).isEmpty());
        List<String> ended = sessions.values().stream()
                .map(Kept::session)
                .filter(session -> !session.sid().equals(newest))
                .sorted(OLDEST_FIRST)
                .limit(Math.max(0, sessions.size() - limit))
                .map(SessionRecord::sid)
                .toList();
        ended.forEach(sessions::remove);
        return ended;
    }

    SlidingWindow refreshes(String sid, boolean proven) {
        return (proven ? refreshes : unproven).computeIfAbsent(sid, key -> new SlidingWindow());
    }

    void endAll(long now) {
        ended++;
        sessions.clear();
        keepEpoch(now);
    }

    void changeRights(long now) {
        rights++;
        keepEpoch(now);
    }

    private void keepEpoch(long now) {
        epochUntil = now + Duration.ofDays(366).toMillis();
    }

    /** Forgets what has run out; tells whether the user can be forgotten as a whole. */
    boolean sweep(long now) {
        sessions.values().removeIf(kept -> kept.until <= now);
        burntUntil.values().removeIf(until -> until <= now);
        refreshes.keySet().retainAll(sessions.keySet());
        unproven.keySet().retainAll(sessions.keySet());
        boolean idle = api.forget(now - Duration.ofDays(1).toMillis());
        boolean noFailures = logins.sweep(now);
        return sessions.isEmpty() && burntUntil.isEmpty() && idle && noFailures && epochUntil <= now;
    }
}
