package com.amplihack.auth.store;

import com.amplihack.auth.config.LockoutSettings;
import com.amplihack.auth.config.Quota;
import com.amplihack.auth.config.StoreSettings;
import com.amplihack.auth.metrics.Meters;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Keeps the state in Redis (6.2 or later): one Lua script and one round trip per operation. The keys of one user carry
 * the hash tag {@code {sub}}, so that each script is one slot of a cluster; every key has a time to live.
 */
public final class RedisSecurityStore implements SecurityStore, AutoCloseable {
    /** Version of the layout; a change of meaning gets another one. */
    static final String PREFIX = "auth1:";

    /** How long a user's epoch must outlive the longest session that may be configured (365 days). */
    static final String EPOCH_LIFE = Long.toString(Duration.ofDays(366).toMillis());

    private static final LuaScript EPOCH = new LuaScript("epoch");
    private static final LuaScript OPEN = new LuaScript("open");
    private static final LuaScript ADMIT = new LuaScript("admit");
    private static final LuaScript LOOK_FOR_REFRESH = new LuaScript("look_for_refresh");
    private static final LuaScript ROTATE = new LuaScript("rotate");
    private static final LuaScript ANSWER = new LuaScript("answer");
    private static final LuaScript END = new LuaScript("end");
    private static final LuaScript END_ALL = new LuaScript("end_all");
    private static final LuaScript CHANGE_RIGHTS = new LuaScript("change_rights");
    private static final LuaScript SESSIONS = new LuaScript("sessions");
    private static final LuaScript TAKE = new LuaScript("take");

    private static final Taken UNLIMITED = new Taken(true, 0, Duration.ZERO);

    private final RedisConnection redis;
    private final StoreWide wide;
    private final RedisLogins logins;

    /** Connects lazily: whether Redis answers shows at the first operation. */
    public RedisSecurityStore(StoreSettings settings, Meters meters) {
        redis = new RedisConnection(settings, meters);
        wide = new StoreWide(redis);
        logins = new RedisLogins(redis, wide);
    }

    @Override
    public Epoch epoch(String subject) {
        return epoch((List<?>) runInEpoch(EPOCH, List.of(epochKey(subject)), List.of()));
    }

    @Override
    public Commit open(SessionRecord session, Duration refreshLife) {
        List<String> arguments = SessionFields.of(session);
        arguments.addAll(
                0,
                List.of(
                        Long.toString(session.epoch().ended()),
                        Long.toString(session.epoch().rights()),
                        millis(refreshLife),
                        session.sid(),
                        millis(Duration.between(session.createdAt(), session.endsAt()))));
        return Commit.valueOf((String) runInEpoch(OPEN, sessionKeys(session.subject(), session.sid()), arguments));
    }

    @Override
    public Admission admit(Use use, Quota quota) {
        List<String> keys = List.of(
                sessionKey(use.subject(), use.sid()),
                epochKey(use.subject()),
                userKey(use.subject()) + ":jti:" + use.jti(),
                userKey(use.subject()) + ":api");
        List<?> answer = (List<?>) runInEpoch(
                ADMIT,
                keys,
                List.of(
                        Long.toString(use.gen()),
                        use.proven() ? "1" : "0",
                        use.mode().name(),
                        millis(use.tokenLife()),
                        Integer.toString(quota.limit()),
                        millis(quota.window()),
                        redis.requestId()));
        return new Admission(Verdict.valueOf((String) answer.get(0)), number(answer.get(1)), duration(answer.get(2)));
    }

    @Override
    public RefreshView lookForRefresh(String subject, String sid, boolean proven, Quota quota) {
        String session = sessionKey(subject, sid);
        List<?> answer = (List<?>) runInEpoch(
                LOOK_FOR_REFRESH,
                List.of(session, epochKey(subject), session + (proven ? ":refresh" : ":unproven")),
                List.of(Integer.toString(quota.limit()), millis(quota.window()), redis.requestId()));
        List<?> fields = (List<?>) answer.get(2);
        return new RefreshView(
                fields.isEmpty() ? Optional.empty() : Optional.of(SessionFields.read(subject, sid, fields)),
                epoch(answer),
                Instant.ofEpochMilli((Long) answer.get(6)),
                taken(answer.subList(3, 6)));
    }

    @Override
    public Commit rotate(Rotation rotation) {
        SessionRecord seen = rotation.seen();
        return Commit.valueOf((String) runInEpoch(
                ROTATE,
                sessionKeys(seen.subject(), seen.sid()),
                List.of(
                        Long.toString(seen.family().gen()),
                        Long.toString(seen.issue()),
                        Long.toString(rotation.epoch().ended()),
                        Long.toString(rotation.epoch().rights()),
                        millis(rotation.refreshLife()),
                        seen.sid(),
                        Long.toString(rotation.gen()),
                        Long.toString(rotation.issue()),
                        rotation.live(),
                        rotation.prev(),
                        SessionFields.nonce(rotation.sealed()),
                        SessionFields.box(rotation.sealed()),
                        rotation.request(),
                        rotation.client().address(),
                        rotation.client().name())));
    }

    @Override
    public Commit answer(Answer answer) {
        SessionRecord seen = answer.seen();
        return Commit.valueOf((String) runInEpoch(
                ANSWER,
                List.of(sessionKey(seen.subject(), seen.sid()), epochKey(seen.subject())),
                List.of(
                        Long.toString(seen.family().gen()),
                        Long.toString(seen.issue()),
                        Long.toString(answer.epoch().ended()),
                        Long.toString(answer.epoch().rights()),
                        Long.toString(answer.issue()),
                        answer.request())));
    }

    @Override
    public boolean end(String subject, String sid) {
        return number(runInEpoch(END, sessionKeys(subject, sid), List.of(sid))) == 1;
    }

    @Override
    public int endAll(String subject) {
        return number(redis.run(
                END_ALL, List.of(epochKey(subject), indexKey(subject)), List.of(EPOCH_LIFE, sessionKey(subject, ""))));
    }

    @Override
    public void endEverybody() {
        wide.endEverybody();
    }

    @Override
    public void changeRights(String subject) {
        redis.run(CHANGE_RIGHTS, List.of(epochKey(subject)), List.of(EPOCH_LIFE));
    }

    @Override
    public List<SessionRecord> sessions(String subject) {
        List<?> answer = (List<?>)
                runInEpoch(SESSIONS, List.of(indexKey(subject), epochKey(subject)), List.of(sessionKey(subject, "")));
        List<SessionRecord> sessions = new ArrayList<>(answer.size() / 2);
        for (int i = 0; i < answer.size(); i += 2) {
            sessions.add(SessionFields.read(subject, (String) answer.get(i), (List<?>) answer.get(i + 1)));
        }
        return sessions;
    }

    @Override
    public Taken take(Quota quota, String key) {
        if (quota.unlimited()) {
            return UNLIMITED;
        }
        String name = PREFIX + quota.name() + ":{" + key + "}";
        return taken((List<?>) redis.run(
                TAKE,
                List.of(name),
                List.of(Integer.toString(quota.limit()), millis(quota.window()), redis.requestId())));
    }

    @Override
    public LoginAttempt beginLogin(String subject, Optional<String> device, LockoutSettings rules) {
        return logins.begin(subject, device.orElse(""), rules);
    }

    @Override
    public Optional<Instant> failLogin(LoginAttempt attempt, LockoutSettings rules) {
        return logins.fail(attempt, rules);
    }

    @Override
    public void giveBackLogin(LoginAttempt attempt) {
        logins.giveBack(attempt);
    }

    @Override
    public Optional<Instant> lockedUntil(String subject) {
        return logins.lockedUntil(subject);
    }

    @Override
    public boolean unlock(String subject) {
        return logins.unlock(subject);
    }

    @Override
    public void ping() {
        redis.ping();
    }

    @Override
    public String kind() {
        return "redis";
    }

    @Override
    public void close() {
        redis.close();
    }

    /** Runs a script that asks for the user's epoch. */
    private Object runInEpoch(LuaScript script, List<String> keys, List<String> arguments) {
        List<String> all = new ArrayList<>(arguments.size() + 1);
        all.addAll(arguments);
        all.add(Long.toString(wide.ended()));
        return redis.run(script, keys, all);
    }

    private static List<String> sessionKeys(String subject, String sid) {
        return List.of(sessionKey(subject, sid), epochKey(subject), indexKey(subject));
    }

    static String userKey(String subject) {
        return PREFIX + "{" + subject + "}";
    }

    private static String sessionKey(String subject, String sid) {
        return userKey(subject) + ":session:" + sid;
    }

    static String epochKey(String subject) {
        return userKey(subject) + ":epoch";
    }

    private static String indexKey(String subject) {
        return userKey(subject) + ":sessions";
    }

    /** From the first two elements of an answer. */
    static Epoch epoch(List<?> answer) {
        return new Epoch(Long.parseLong((String) answer.get(0)), Long.parseLong((String) answer.get(1)));
    }

    private static Taken taken(List<?> answer) {
        return new Taken(number(answer.get(0)) == 1, number(answer.get(1)), duration(answer.get(2)));
    }

    private static int number(Object answer) {
        return ((Long) answer).intValue();
    }

    private static Duration duration(Object millis) {
        return Duration.ofMillis((Long) millis);
    }

    private static String millis(Duration duration) {
        return Long.toString(duration.toMillis());
    }
}
