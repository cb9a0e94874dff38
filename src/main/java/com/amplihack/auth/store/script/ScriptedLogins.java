package com.amplihack.auth.store.script;

import com.amplihack.auth.config.LockoutSettings;
import com.amplihack.auth.store.LoginAttempt;
import com.amplihack.auth.store.LoginAttempt.Counter;
import com.amplihack.auth.store.LoginFailure;
import com.amplihack.auth.store.LoginStore;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The login attempts and lockouts of {@link ScriptedStore}; each method runs one script on one user's keys. */
final class ScriptedLogins implements LoginStore {
    private static final String FAILED_LOGINS = ScriptedStore.PREFIX + "failed";

    private final StoreBackend backend;
    private final ScriptedFleet fleet;
    private final Supplier<String> ids;

    ScriptedLogins(StoreBackend backend, ScriptedFleet fleet, Supplier<String> ids) {
        this.backend = backend;
        this.fleet = fleet;
        this.ids = ids;
    }

    @Override
    public LoginAttempt beginLogin(String subject, Optional<String> knownDevice, LockoutSettings rules) {
        String device = knownDevice.orElse("");
        String id = ids.get();
        UserKeys user = UserKeys.of(subject);
        return backend.run(
                StoreOperation.BEGIN_LOGIN,
                List.of(user.epoch(), user.lock(), user.failures(""), user.failures(device)),
                List.of(
                        id,
                        device.isEmpty() ? "0" : Integer.toString(LockoutSettings.DEVICE_QUOTA),
                        Integer.toString(rules.threshold()),
                        Long.toString(rules.window().toMillis()),
                        Long.toString(rules.first().toMillis()),
                        Long.toString(fleet.ended())),
                answer -> new LoginAttempt(
                        subject,
                        device,
                        id,
                        Counter.valueOf((String) ((List<?>) answer).get(2)),
                        ScriptedStore.epoch(answer)));
    }

    @Override
    public Optional<Instant> failLogin(LoginAttempt attempt, LockoutSettings rules) {
        boolean locks = attempt.counter() != Counter.DEVICE;
        return backend.run(
                StoreOperation.FAIL_LOGIN,
                List.of(UserKeys.of(attempt.subject()).lock(), counterKey(attempt)),
                List.of(
                        attempt.id(),
                        locks ? Integer.toString(rules.threshold()) : "0",
                        Long.toString(rules.window().toMillis()),
                        Long.toString(rules.first().toMillis())),
                ScriptedLogins::instant);
    }

    @Override
    public void giveBackLogin(LoginAttempt attempt) {
        backend.run(
                StoreOperation.GIVE_BACK_LOGIN, List.of(counterKey(attempt)), List.of(attempt.id()), answer -> answer);
    }

    @Override
    public boolean redeem(String subject, String challenge, Duration life) {
        return backend.run(
                StoreOperation.REDEEM,
                List.of(UserKeys.of(subject).challenge(challenge)),
                List.of(ids.get(), Long.toString(life.toMillis())),
                answer -> (Long) answer == 1);
    }

    @Override
    public boolean unlock(String subject) {
        UserKeys user = UserKeys.of(subject);
        return backend.run(
                StoreOperation.UNLOCK,
                List.of(user.lock(), user.failures("")),
                List.of(),
                answer -> (Long) answer == 1);
    }

    @Override
    public Optional<Instant> lockedUntil(String subject) {
        return backend.run(
                StoreOperation.LOCKED_UNTIL, List.of(UserKeys.of(subject).lock()), List.of(), ScriptedLogins::instant);
    }

    @Override
    public void noteFailure(String counter, LoginFailure failure) {
        note(UserKeys.of(counter).failedLogins(), failure.subject().isEmpty() ? 0 : LoginFailure.PER_ACCOUNT, failure);
        note(FAILED_LOGINS, LoginFailure.IN_ALL, failure);
    }

    private void note(String key, int kept, LoginFailure failure) {
        String what = Stream.of(
                        failure.subject(), failure.username(), failure.reason(), failure.address(), failure.device())
                .map(field -> field.replace('\n', ' ')) // or it would shift those that follow
                .collect(Collectors.joining("\n"));
        backend.run(
                StoreOperation.NOTE_FAILURE,
                List.of(key),
                List.of(what, Integer.toString(kept), Long.toString(LoginFailure.KEPT.toMillis())),
                answer -> Optional.empty());
    }

    @Override
    public List<LoginFailure.Last> failures(String subject) {
        return failures(UserKeys.of(subject).failedLogins(), 0, LoginFailure.PER_ACCOUNT);
    }

    @Override
    public List<LoginFailure.Last> failures(int skip, int limit) {
        return failures(FAILED_LOGINS, skip, limit);
    }

    private List<LoginFailure.Last> failures(String key, int skip, int limit) {
        return backend.run(
                StoreOperation.FAILURES,
                List.of(key),
                List.of(Integer.toString(skip), Integer.toString(limit), Long.toString(LoginFailure.KEPT.toMillis())),
                answer -> failures((List<?>) answer));
    }

    private static List<LoginFailure.Last> failures(List<?> answer) {
        List<LoginFailure.Last> failures = new ArrayList<>(answer.size() / 2);
        for (int i = 0; i < answer.size(); i += 2) {
            String[] what = ((String) answer.get(i)).split("\n", 5);
            Instant at = Instant.ofEpochMilli(Long.parseLong((String) answer.get(i + 1)));
            failures.add(new LoginFailure.Last(at, new LoginFailure(what[0], what[1], what[2], what[3], what[4])));
        }
        return failures;
    }

    @Override
    public void beginSecondStep(Pending pending, Duration life, int tries) {
        backend.run(
                StoreOperation.BEGIN_SECOND_STEP,
                List.of(UserKeys.of(pending.subject()).pending(pending.id())),
                List.of(
                        Long.toString(life.toMillis()),
                        Long.toString(pending.ended()),
                        Long.toString(pending.passwordVersion()),
                        pending.client(),
                        Integer.toString(tries)),
                answer -> Optional.empty());
    }

    @Override
    public SecondStep trySecondStep(String subject, String id, String client) {
        UserKeys user = UserKeys.of(subject);
        return backend.run(
                StoreOperation.TRY_SECOND_STEP,
                List.of(user.pending(id), user.epoch()),
                List.of(client, ids.get(), Long.toString(fleet.ended())),
                answer -> secondStep((List<?>) answer));
    }

    private static SecondStep secondStep(List<?> answer) {
        return new SecondStep(
                ScriptedStore.number(answer.get(2)),
                Long.parseLong((String) answer.get(3)),
                ScriptedStore.epoch(answer));
    }

    @Override
    public boolean finishSecondStep(String subject, String id) {
        return backend.run(
                StoreOperation.FINISH_SECOND_STEP,
                List.of(UserKeys.of(subject).pending(id)),
                List.of(ids.get()),
                answer -> ScriptedStore.number(answer) == 1);
    }

    private static String counterKey(LoginAttempt attempt) {
        return UserKeys.of(attempt.subject()).failures(attempt.counter() == Counter.DEVICE ? attempt.device() : "");
    }

    private static Optional<Instant> instant(Object millis) {
        return (Long) millis == 0 ? Optional.empty() : Optional.of(Instant.ofEpochMilli((Long) millis));
    }
}
