package com.amplihack.auth.store;

import com.amplihack.auth.config.LockoutSettings;
import com.amplihack.auth.config.type.Quota;
import com.amplihack.auth.config.type.ReplayMode;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Keeps the state in this process, for development and for one node: the same answers as {@link RedisSecurityStore},
 * each operation under the lock of its user. What has run out is swept every minute.
 */
public final class MemorySecurityStore implements SecurityStore {
    private static final long SWEEP_EVERY_MILLIS = 60_000;
    private static final long LAST_SEEN_STEP_MILLIS = 60_000;

    private final InstantSource clock;
    private final Map<String, MemoryUser> users = new ConcurrentHashMap<>();
    private final Map<String, SlidingWindow> quotas = new ConcurrentHashMap<>();
    private final AtomicLong nextSweep = new AtomicLong();
    private final Set<String> deadKeys = ConcurrentHashMap.newKeySet();
    private final AtomicLong everybodyEnded = new AtomicLong();

    public MemorySecurityStore(InstantSource clock) {
        this.clock = clock;
    }

    @Override
    public Epoch epoch(String subject) {
        return inUser(subject, (user, now) -> user.epoch());
    }

    @Override
    public Opening open(SessionRecord session, Duration refreshLife, int limit) {
        return inUser(session.subject(), (user, now) -> {
            if (!user.epoch().equals(session.epoch())) {
                return new Opening(Commit.MOVED, List.of());
            }
            user.sessions.put(session.sid(), new MemoryUser.Kept(session, now + refreshLife.toMillis()));
            user.epochUntil = Math.max(
                    user.epochUntil,
                    session.endsAt().toEpochMilli() + Duration.ofDays(1).toMillis());
            return new Opening(Commit.COMMITTED, user.endOldest(limit, session.sid(), now));
        });
    }

    @Override
    public Admission admit(Use use, Quota quota) {
        return inUser(use.subject(), (user, now) -> {
            Optional<MemoryUser.Kept> live = user.live(use.sid(), now);
            // rights that moved since the last rotation revoke every access token until the next one
            if (live.isEmpty()
                    || live.get().session().epoch().rights() != user.epoch().rights()
                    || use.gen() < live.get().session().minGen()) {
                return refused(Verdict.SESSION_OVER);
            }
            SessionRecord session = live.get().session();
            if (use.mode() != ReplayMode.OFF) {
                if (user.burntUntil.getOrDefault(use.jti(), 0L) > now) {
                    return refused(Verdict.BARE_REPEAT);
                }
                if (!use.proven() && session.proven() && use.mode() == ReplayMode.AUTO) {
                    return refused(Verdict.AFTER_PROOF);
                }
            }
            Taken taken = quota.unlimited() ? new Taken(true, 0, Duration.ZERO) : user.api.take(quota, now);
            if (!taken.granted()) {
                return new Admission(Verdict.OVER_QUOTA, 0, taken.reset());
            }
            if (use.mode() == ReplayMode.STRICT || (use.mode() == ReplayMode.AUTO && !use.proven())) {
                user.burntUntil.put(use.jti(), now + use.tokenLife().toMillis());
            }
            user.sessions.put(
                    use.sid(),
                    new MemoryUser.Kept(
                            seen(session, use.proven(), now), live.get().until()));
            return new Admission(Verdict.ADMITTED, taken.remaining(), taken.reset());
        });
    }

    @Override
    public RefreshView lookForRefresh(String subject, String sid, boolean proven, Quota quota) {
        return inUser(subject, (user, now) -> {
            Optional<SessionRecord> session = user.live(sid, now).map(MemoryUser.Kept::session);
            Taken taken = session.isEmpty() || quota.unlimited()
                    ? new Taken(true, 0, Duration.ZERO)
                    : user.refreshes(sid, proven).take(quota, now);
            return new RefreshView(session, user.epoch(), Instant.ofEpochMilli(now), taken);
        });
    }

    @Override
    public Commit rotate(Rotation rotation) {
        return compareAndSet(
                rotation.seen(),
                rotation.epoch(),
                // a copy of this very request may have been answered without a rotation meanwhile
                family -> !family.hasAnswered(rotation.request()),
                (kept, now) -> new MemoryUser.Kept(
                        rotated(kept.session(), rotation, now),
                        now + rotation.refreshLife().toMillis()));
    }

    @Override
    public Commit answer(Answer answer) {
        return compareAndSet(
                answer.seen(),
                answer.epoch(),
                family -> true,
                (kept, now) -> new MemoryUser.Kept(answered(kept.session(), answer), kept.until()));
    }

    /** Replaces a session that is still as it was seen. */
    private Commit compareAndSet(
            SessionRecord seen,
            Epoch epoch,
            Predicate<TokenFamily> condition,
            BiFunction<MemoryUser.Kept, Long, MemoryUser.Kept> change) {
        return inUser(seen.subject(), (user, now) -> {
            Optional<MemoryUser.Kept> live = user.live(seen.sid(), now);
            if (live.isEmpty()) {
                return Commit.SESSION_OVER;
            }
            SessionRecord session = live.get().session();
            if (!user.epoch().equals(epoch)
                    || session.family().gen() != seen.family().gen()
                    || session.issue() != seen.issue()
                    || !condition.test(session.family())) {
                return Commit.MOVED;
            }
            user.sessions.put(seen.sid(), change.apply(live.get(), now));
            return Commit.COMMITTED;
        });
    }

    @Override
    public boolean end(String subject, String sid) {
        return inUser(subject, (user, now) -> {
            boolean alive = user.live(sid, now).isPresent();
            user.sessions.remove(sid);
            return alive;
        });
    }

    @Override
    public int endAll(String subject) {
        return inUser(subject, (user, now) -> {
            int alive = (int) user.sessions.keySet().stream()
                    .filter(sid -> user.live(sid, now).isPresent())
                    .count();
            user.endAll(now);
            return alive;
        });
    }

    @Override
    public void endEverybody() {
        everybodyEnded.incrementAndGet();
    }

    @Override
    public Set<String> deadKeys() {
        return Set.copyOf(deadKeys);
    }

    @Override
    public void killKeys(Set<String> kids) {
        deadKeys.addAll(kids);
    }

    @Override
    public void changeRights(String subject) {
        inUser(subject, (user, now) -> {
            user.changeRights(now);
            return null;
        });
    }

    @Override
    public SessionPage sessions(String subject, Optional<SessionPage.Place> from, int limit) {
        return inUser(
                subject,
                (user, now) -> SessionPages.read(from, limit, (place, count) -> user.liveFrom(place, count, now)));
    }

    @Override
    public Taken take(Quota quota, String key) {
        if (quota.unlimited()) {
            return new Taken(true, 0, Duration.ZERO);
        }
        long now = now();
        return compute(
                quotas, quota.name() + ":" + key, name -> new SlidingWindow(), window -> window.take(quota, now));
    }

    @Override
    public LoginAttempt beginLogin(String subject, Optional<String> device, LockoutSettings rules) {
        return inUser(subject, (user, now) -> user.logins.begin(subject, user.epoch(), device.orElse(""), rules, now));
    }

    @Override
    public Optional<Instant> failLogin(LoginAttempt attempt, LockoutSettings rules) {
        return inUser(attempt.subject(), (user, now) -> user.logins.fail(attempt, rules, now));
    }

    @Override
    public void giveBackLogin(LoginAttempt attempt) {
        inUser(attempt.subject(), (user, now) -> {
            user.logins.giveBack(attempt);
            return null;
        });
    }

    @Override
    public Optional<Instant> lockedUntil(String subject) {
        return inUser(subject, (user, now) -> user.logins.lockedUntil(now));
    }

    @Override
    public boolean unlock(String subject) {
        return inUser(subject, (user, now) -> user.logins.unlock(now));
    }

    @Override
    public void ping() {
        // always here
    }

    @Override
    public Inspection inspect(Instant now) {
        return Inspection.GOOD;
    }

    @Override
    public long liveSessions() {
        long now = now();
        AtomicLong live = new AtomicLong();
        users.keySet()
                .forEach(subject -> users.computeIfPresent(subject, (name, user) -> {
                    live.addAndGet(user.sessions.keySet().stream()
                            .filter(sid -> user.live(sid, now).isPresent())
                            .count());
                    return user;
                }));
        return live.get();
    }

    @Override
    public void onOutage(Consumer<StoreOutage> listener) {
        // there is none
    }

    @Override
    public String kind() {
        return "memory";
    }

    /** How many users and quotas are kept. */
    int size() {
        return users.size() + quotas.size();
    }

    private <T> T inUser(String subject, BiFunction<MemoryUser, Long, T> operation) {
        long now = now();
        return compute(users, subject, name -> new MemoryUser(everybodyEnded::get), user -> operation.apply(user, now));
    }

    /** Runs an operation on the value of a key, under that key's lock. */
    private static <V, T> T compute(
            Map<String, V> map, String key, Function<String, V> fresh, Function<V, T> operation) {
        Object[] answer = new Object[1];
        map.compute(key, (name, present) -> {
            V value = present == null ? fresh.apply(name) : present;
            answer[0] = operation.apply(value);
            return value;
        });
        @SuppressWarnings("unchecked") // put there two lines above
        T result = (T) answer[0];
        return result;
    }

    private long now() {
        long now = clock.millis();
        long due = nextSweep.get();
        if (now >= due && nextSweep.compareAndSet(due, now + SWEEP_EVERY_MILLIS)) {
            users.keySet()
                    .forEach(subject -> users.computeIfPresent(subject, (name, user) -> user.sweep(now) ? null : user));
            long longestWindow = Duration.ofDays(1).toMillis();
            quotas.keySet()
                    .forEach(key -> quotas.computeIfPresent(
                            key, (name, window) -> window.forget(now - longestWindow) ? null : window));
        }
        return now;
    }

    private static Admission refused(Verdict verdict) {
        return new Admission(verdict, 0, Duration.ZERO);
    }

    private static SessionRecord seen(SessionRecord s, boolean proven, long now) {
        boolean minuteAgo = now - s.lastSeenAt().toEpochMilli() >= LAST_SEEN_STEP_MILLIS;
        if (!minuteAgo && (s.proven() || !proven)) {
            return s;
        }
        return new SessionRecord(
                s.subject(),
                s.sid(),
                s.family(),
                s.issue(),
                s.minGen(),
                s.proven() || proven,
                s.epoch(),
                s.endsAt(),
                s.createdAt(),
                minuteAgo ? Instant.ofEpochSecond(now / 1000) : s.lastSeenAt(),
                s.address(),
                s.device());
    }

    private static SessionRecord rotated(SessionRecord s, Rotation rotation, long now) {
        TokenFamily family = new TokenFamily(
                rotation.gen(),
                rotation.live(),
                Instant.ofEpochMilli(now),
                rotation.request(),
                TokenFamily.remember(s.family().answered(), rotation.request()),
                rotation.salt());
        return issued(s, family, rotation.epoch(), rotation.issue(), rotation.client());
    }

    private static SessionRecord answered(SessionRecord s, Answer answer) {
        TokenFamily f = s.family();
        TokenFamily family = new TokenFamily(
                f.gen(),
                f.live(),
                f.rotatedAt(),
                f.request(),
                TokenFamily.remember(f.answered(), answer.request()),
                f.salt());
        return issued(s, family, answer.epoch(), answer.issue(), new Device(s.address(), s.device()));
    }

    /** After access tokens of that generation were made under the rights of that epoch. */
    private static SessionRecord issued(SessionRecord s, TokenFamily family, Epoch epoch, long issue, Device client) {
        boolean sameRights = s.epoch().rights() == epoch.rights(); // older access tokens carry those of their time
        return new SessionRecord(
                s.subject(),
                s.sid(),
                family,
                issue,
                sameRights ? s.minGen() : issue,
                s.proven(),
                epoch,
                s.endsAt(),
                s.createdAt(),
                s.lastSeenAt(),
                client.address(),
                client.name());
    }
}
