package com.amplihack.auth.store;

import com.amplihack.auth.store.SecurityStore.Epoch;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/** Everything that {@link MemorySecurityStore} keeps of one user; touched only under that user's lock. */
final class MemoryUser {
    /** A session with the time at which the record is forgotten. */
    record Kept(SessionRecord session, long until) {}

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
