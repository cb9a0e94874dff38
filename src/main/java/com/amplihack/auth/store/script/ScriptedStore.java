package com.amplihack.auth.store.script;

import com.amplihack.auth.config.LockoutSettings;
import com.amplihack.auth.config.type.Quota;
import com.amplihack.auth.store.LoginAttempt;
import com.amplihack.auth.store.LoginFailure;
import com.amplihack.auth.store.SecurityStore;
import com.amplihack.auth.store.SessionPage;
import com.amplihack.auth.store.SessionRecord;
import com.amplihack.auth.store.SignInFacts;
import com.amplihack.auth.store.StoreInspection;
import com.amplihack.auth.store.StoreOutage;
import com.amplihack.auth.store.anchor.ChainAnchor;
import com.amplihack.auth.store.budget.Budget;
import com.amplihack.auth.store.budget.HourlyUsage;
import com.amplihack.auth.store.budget.MeteredCall;
import com.amplihack.auth.store.budget.Reserved;
import com.amplihack.auth.store.budget.TokenUsage;
import com.amplihack.auth.store.budget.UsedBudget;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Implements the store by one Lua script per operation, for Redis 6.2 or later. All keys of a user have the same hash
 * tag ({@link UserKeys}), so that each script stays in one slot of a cluster; every key has a time to live.
 */
public final class ScriptedStore implements SecurityStore, AutoCloseable {
    /** Contains the version of the key layout; an incompatible change gets a new one. */
    static final String PREFIX = "auth2:";

    /** Time to live of epochs in milliseconds: longer than the longest session that can be configured (365 days). */
    static final String EPOCH_LIFE = Long.toString(Duration.ofDays(366).toMillis());

    /** How many users one script changes, as many as STEP in the prelude. */
    private static final int STEP = 128;

    private final StoreBackend backend;
    private final ScriptedFleet fleet;
    private final ScriptedLogins logins;
    private final ScriptedKeys keys;
    private final ScriptedBudgets budgets;

    /** Together with {@link #requests}, makes request ids unique across nodes and restarts. */
    private final String process = UUID.randomUUID().toString().substring(24);

    private final AtomicLong requests = new AtomicLong();

    /** Runs its scripts in the backend, which {@link #close} closes. */
    public ScriptedStore(StoreBackend backend) {
        this.backend = backend;
        fleet = new ScriptedFleet(backend);
        logins = new ScriptedLogins(backend, fleet, this::requestId);
        budgets = new ScriptedBudgets(backend);
        keys = new ScriptedKeys(backend, fleet, budgets, this::requestId);
    }

    /** A retry by the driver sends the same id again, so that the script recognizes it. */
    private String requestId() {
        return process + Long.toString(requests.incrementAndGet(), Character.MAX_RADIX);
    }

    @Override
    public void anchor(String node, ChainAnchor head) {
        anchored(node, head.seq(), head.hash());
    }

    @Override
    public Optional<ChainAnchor> anchor(String node) {
        return anchored(node, 0, "");
    }

    private Optional<ChainAnchor> anchored(String node, long seq, String hash) {
        return backend.run(
                StoreOperation.ANCHOR,
                List.of(PREFIX + "anchor:" + node),
                List.of(EPOCH_LIFE, Long.toString(seq), hash),
                answer -> {
                    List<?> kept = (List<?>) answer;
                    return kept.isEmpty()
                            ? Optional.empty()
                            : Optional.of(new ChainAnchor(Long.parseLong((String) kept.get(0)), (String) kept.get(1)));
                });
    }

    @Override
    public Epoch epoch(String subject) {
        return runInEpoch(StoreOperation.EPOCH, List.of(UserKeys.of(subject).epoch()), List.of(), ScriptedStore::epoch);
    }

    @Override
    public Opening open(SessionRecord session, Duration refreshLife, int limit) {
        UserKeys user = UserKeys.of(session.subject());
        List<String> arguments = SessionFields.of(session);
        arguments.addAll(
                0,
                List.of(
                        Long.toString(session.epoch().ended()),
                        Long.toString(session.epoch().rights()),
                        millis(refreshLife),
                        session.sid(),
                        millis(Duration.between(session.createdAt(), session.endsAt())),
                        user.sessions(),
                        Integer.toString(limit)));
        List<String> ended = new ArrayList<>();
        List<?> step;
        do {
            step = runInEpoch(StoreOperation.OPEN, user.around(session.sid()), arguments, answer -> (List<?>) answer);
            step.subList(2, step.size()).forEach(sid -> ended.add((String) sid));
        } while (number(step.get(1)) > 0);
        return new Opening(commit(step.get(0)), ended);
    }

    @Override
    public Admission admit(Use use, Quota quota, Optional<Metered> metered) {
        UserKeys user = UserKeys.of(use.subject());
        List<String> keys = List.of(user.session(use.sid()), user.epoch(), user.used(use.jti()), user.api());
        String id = requestId();
        List<String> arguments = new ArrayList<>(List.of(
                Long.toString(use.gen()),
                use.proven() ? "1" : "0",
                use.mode().name(),
                millis(use.tokenLife()),
                Integer.toString(quota.limit()),
                millis(quota.window()),
                id,
                metered.map(Metered::limits).orElse(""),
                user.budgets()));
        Optional<MeteredCall> call = metered.map(Metered::call);
        arguments.addAll(budgets.begin(use.subject(), call));
        return runInEpoch(StoreOperation.ADMIT, keys, arguments, answer -> admission(use, id, call, (List<?>) answer));
    }

    @Override
    public RefreshView lookForRefresh(String subject, String sid, boolean proven, Quota quota) {
        UserKeys user = UserKeys.of(subject);
        return runInEpoch(
                StoreOperation.LOOK_FOR_REFRESH,
                List.of(user.session(sid), user.epoch(), user.refreshes(sid, proven)),
                List.of(Integer.toString(quota.limit()), millis(quota.window()), requestId()),
                answer -> refreshView(subject, sid, (List<?>) answer));
    }

    private static RefreshView refreshView(String subject, String sid, List<?> answer) {
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
        return runInEpoch(
                StoreOperation.ROTATE,
                UserKeys.of(seen.subject()).around(seen.sid()),
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
                        rotation.salt(),
                        rotation.request(),
                        rotation.client().address(),
                        rotation.client().name()),
                ScriptedStore::commit);
    }

    @Override
    public Commit answer(Answer answer) {
        SessionRecord seen = answer.seen();
        UserKeys user = UserKeys.of(seen.subject());
        return runInEpoch(
                StoreOperation.ANSWER,
                List.of(user.session(seen.sid()), user.epoch()),
                List.of(
                        Long.toString(seen.family().gen()),
                        Long.toString(seen.issue()),
                        Long.toString(answer.epoch().ended()),
                        Long.toString(answer.epoch().rights()),
                        Long.toString(answer.issue()),
                        answer.request()),
                ScriptedStore::commit);
    }

    @Override
    public boolean end(String subject, String sid) {
        return runInEpoch(
                StoreOperation.END, UserKeys.of(subject).around(sid), List.of(sid), answer -> number(answer) == 1);
    }

    @Override
    public int endAll(String subject) {
        UserKeys user = UserKeys.of(subject);
        String epoch = "";
        int alive = 0;
        List<?> step;
        do {
            step = runInEpoch(
                    StoreOperation.END_ALL,
                    List.of(user.epoch(), user.index()),
                    List.of(EPOCH_LIFE, user.sessions(), epoch),
                    answer -> (List<?>) answer);
            alive += number(step.get(0));
            epoch = (String) step.get(1);
        } while (number(step.get(2)) > 0);
        return alive;
    }

    @Override
    public void endEverybody() {
        fleet.endEverybody();
    }

    @Override
    public Set<String> compromisedKeys() {
        return fleet.compromisedKeys();
    }

    @Override
    public List<Node> beat(String id, String record) {
        return fleet.beat(id, record);
    }

    @Override
    public void markCompromised(Set<String> kids) {
        fleet.markCompromised(kids);
    }

    @Override
    public void changeRights(Collection<String> subjects) {
        move(StoreOperation.CHANGE_RIGHTS, "rights", subjects);
    }

    @Override
    public void changeLimits(Collection<String> subjects) {
        move(StoreOperation.CHANGE_LIMITS, "limits", subjects);
    }

    private void move(StoreOperation operation, String counter, Collection<String> subjects) {
        Map<Integer, List<String>> bySlot = subjects.stream()
                .map(subject -> UserKeys.of(subject).epoch())
                .collect(Collectors.groupingBy(backend::slot));
        bySlot.values().forEach(epochs -> {
            for (int i = 0; i < epochs.size(); i += STEP) {
                List<String> step = epochs.subList(i, Math.min(i + STEP, epochs.size()));
                backend.run(operation, step, List.of(EPOCH_LIFE, counter), answer -> answer);
            }
        });
    }

    @Override
    public SessionPage sessions(String subject, Optional<SessionPage.Place> from, int limit) {
        UserKeys user = UserKeys.of(subject);
        return SessionPages.read(
                from,
                limit,
                (place, count) -> runInEpoch(
                        StoreOperation.SESSIONS,
                        List.of(user.index(), user.epoch()),
                        List.of(
                                user.sessions(),
                                place.map(last -> Long.toString(last.second())).orElse("+inf"),
                                place.map(SessionPage.Place::sid).orElse(""),
                                Integer.toString(count)),
                        answer -> SessionPages.window(subject, (List<?>) answer)));
    }

    @Override
    public Optional<SignInFacts> signIn(String subject, String sid) {
        UserKeys user = UserKeys.of(subject);
        return runInEpoch(
                StoreOperation.ALIVE,
                List.of(user.session(sid), user.epoch()),
                List.of(),
                answer -> signIn((List<?>) answer));
    }

    private static Optional<SignInFacts> signIn(List<?> answer) {
        return answer.isEmpty()
                ? Optional.empty()
                : Optional.of(SessionFields.signIn(
                        (String) answer.get(1), (String) answer.get(2), Instant.ofEpochSecond(Long.parseLong((String)
                                answer.get(0)))));
    }

    @Override
    public Renewal renew(String subject, String sid, Epoch epoch, SignInFacts signIn) {
        UserKeys user = UserKeys.of(subject);
        return runInEpoch(
                StoreOperation.RENEW,
                List.of(user.session(sid), user.epoch()),
                List.of(
                        Long.toString(epoch.ended()),
                        Long.toString(epoch.rights()),
                        Long.toString(signIn.at().getEpochSecond()),
                        SessionFields.methods(signIn)),
                answer -> new Renewal(commit(((List<?>) answer).get(0)), (Long) ((List<?>) answer).get(1)));
    }

    @Override
    public KeyAdmission admitKey(KeyUse use, Quota quota, Optional<MeteredCall> call) {
        return keys.admitKey(use, quota, call);
    }

    @Override
    public void fillKey(String subject, String keyId, Lease lease, Optional<KeyCopy> copy) {
        keys.fillKey(subject, keyId, lease, copy);
    }

    @Override
    public void killKey(String subject, String keyId) {
        keys.killKey(subject, keyId);
    }

    @Override
    public Map<String, KeyUsed> keyUses(String subject, List<String> keyIds) {
        return keys.keyUses(subject, keyIds);
    }

    @Override
    public Reservation reserve(Quota quota, String key) {
        String id = requestId();
        return backend.run(
                StoreOperation.RESERVE,
                quotaKeys(quota, key),
                List.of(Integer.toString(quota.limit()), millis(quota.window()), id),
                answer -> new Reservation(
                        quota, key, id, taken((List<?>) answer), number(((List<?>) answer).get(3)) == 1));
    }

    @Override
    public Taken settle(Reservation reservation, boolean failed) {
        return settle(reservation.quota(), reservation.key(), reservation.id(), failed);
    }

    @Override
    public Taken look(Quota quota, String key) {
        return settle(quota, key, "", false);
    }

    private Taken settle(Quota quota, String key, String id, boolean failed) {
        return backend.run(
                StoreOperation.SETTLE,
                quotaKeys(quota, key),
                List.of(Integer.toString(quota.limit()), millis(quota.window()), id, failed ? "1" : "0"),
                answer -> taken((List<?>) answer));
    }

    @Override
    public boolean lift(Quota quota, String key) {
        return backend.run(
                StoreOperation.LIFT, quotaKeys(quota, key).subList(0, 1), List.of(), answer -> number(answer) == 1);
    }

    private static List<String> quotaKeys(Quota quota, String key) {
        String failures = PREFIX + quota.name() + ":{" + key + "}";
        return List.of(failures, failures + ":open");
    }

    @Override
    public LoginAttempt beginLogin(String subject, Optional<String> device, LockoutSettings rules) {
        return logins.beginLogin(subject, device, rules);
    }

    @Override
    public Optional<Instant> failLogin(LoginAttempt attempt, LockoutSettings rules) {
        return logins.failLogin(attempt, rules);
    }

    @Override
    public void giveBackLogin(LoginAttempt attempt) {
        logins.giveBackLogin(attempt);
    }

    @Override
    public boolean redeem(String subject, String challenge, Duration life) {
        return logins.redeem(subject, challenge, life);
    }

    @Override
    public void beginSecondStep(Pending pending, Duration life, int tries) {
        logins.beginSecondStep(pending, life, tries);
    }

    @Override
    public SecondStep trySecondStep(String subject, String id, String client) {
        return logins.trySecondStep(subject, id, client);
    }

    @Override
    public boolean finishSecondStep(String subject, String id) {
        return logins.finishSecondStep(subject, id);
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
    public void settle(Reserved reserved, TokenUsage used) {
        budgets.settle(reserved, used);
    }

    @Override
    public void giveBack(Reserved reserved) {
        budgets.giveBack(reserved);
    }

    @Override
    public void extend(Reserved reserved, Duration life) {
        budgets.extend(reserved, life);
    }

    @Override
    public void seed(String subject, List<UsedBudget> used) {
        budgets.seed(subject, used);
    }

    @Override
    public void recount(Collection<String> subjects, Budget.Scope scope, String name) {
        budgets.recount(subjects, scope, name);
    }

    @Override
    public List<String> usersToSave() {
        return budgets.usersToSave();
    }

    @Override
    public List<HourlyUsage> unsavedUsage(String subject) {
        return budgets.unsavedUsage(subject);
    }

    @Override
    public void usageSaved(String subject, List<HourlyUsage> saved) {
        budgets.usageSaved(subject, saved);
    }

    @Override
    public List<CountedFor> forgottenUsers() {
        return budgets.forgottenUsers();
    }

    @Override
    public void forget(CountedFor user) {
        budgets.forget(user);
    }

    @Override
    public StoreInspection connect(Instant now) {
        return backend.connect(now);
    }

    @Override
    public void noteFailure(String counter, LoginFailure failure) {
        logins.noteFailure(counter, failure);
    }

    @Override
    public List<LoginFailure.Last> failures(String subject) {
        return logins.failures(subject);
    }

    @Override
    public List<LoginFailure.Last> failures(int skip, int limit) {
        return logins.failures(skip, limit);
    }

    @Override
    public void ping() {
        backend.ping();
    }

    @Override
    public StoreInspection inspect(Instant now) {
        return backend.inspect(now);
    }

    @Override
    public long liveSessions() {
        return backend.liveSessions();
    }

    @Override
    public void onOutage(Consumer<StoreOutage> listener) {
        backend.onOutage(listener);
    }

    @Override
    public String kind() {
        return backend.kind();
    }

    @Override
    public void close() {
        backend.close();
    }

    /** Runs a script that calls {@code epoch_of}, with the store-wide counter as its last argument. */
    private <T> T runInEpoch(
            StoreOperation operation, List<String> keys, List<String> arguments, Function<Object, T> read) {
        List<String> all = new ArrayList<>(arguments.size() + 1);
        all.addAll(arguments);
        all.add(Long.toString(fleet.ended()));
        return backend.run(operation, keys, all, read);
    }

    /** Reads the epoch from the first two elements of an answer. */
    static Epoch epoch(Object answer) {
        List<?> elements = (List<?>) answer;
        return new Epoch(Long.parseLong((String) elements.get(0)), Long.parseLong((String) elements.get(1)));
    }

    private static Commit commit(Object answer) {
        return Commit.valueOf((String) answer);
    }

    private static Admission admission(Use use, String id, Optional<MeteredCall> call, List<?> answer) {
        return new Admission(
                Verdict.valueOf((String) answer.get(0)),
                number(answer.get(1)),
                duration(answer.get(2)),
                answer.size() > 3 ? (String) answer.get(3) : "",
                answer.size() > 4
                        ? call.map(metered ->
                                ScriptedBudgets.reservation(use.subject(), id, metered, (List<?>) answer.get(4)))
                        : Optional.empty());
    }

    static Taken taken(List<?> answer) {
        return new Taken(number(answer.get(0)) == 1, number(answer.get(1)), duration(answer.get(2)));
    }

    static int number(Object answer) {
        return ((Long) answer).intValue();
    }

    static Duration duration(Object millis) {
        return Duration.ofMillis((Long) millis);
    }

    private static String millis(Duration duration) {
        return Long.toString(duration.toMillis());
    }
}
