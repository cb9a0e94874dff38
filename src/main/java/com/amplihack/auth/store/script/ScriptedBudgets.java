package com.amplihack.auth.store.script;

import com.amplihack.auth.store.budget.Budget;
import com.amplihack.auth.store.budget.BudgetStore;
import com.amplihack.auth.store.budget.HourlyUsage;
import com.amplihack.auth.store.budget.MeteredCall;
import com.amplihack.auth.store.budget.Reservation;
import com.amplihack.auth.store.budget.Reserved;
import com.amplihack.auth.store.budget.TokenUsage;
import com.amplihack.auth.store.budget.UsedBudget;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/** The budgets and usage of {@link ScriptedStore}; reservations are made by the scripts that admit a request. */
final class ScriptedBudgets implements BudgetStore {
    private static final String COUNTED_FOR = ScriptedStore.PREFIX + "usage";
    private static final int STEP = 128; // as in prelude.lua

    /** Half of the time after which another node takes an account's usage for forgotten. */
    private static final Duration NOTE_INTERVAL = FORGOTTEN_AFTER.dividedBy(2);

    private static final Duration NOTES_LIFE = Duration.ofDays(8); // a day more than the usage's

    private final StoreBackend backend;
    private final Cache<String, Boolean> noted = Caffeine.newBuilder()
            .expireAfterWrite(NOTE_INTERVAL)
            .maximumSize(100_000)
            .executor(Runnable::run) // maintenance on the calling thread
            .build();
    private final Set<String> toSave = ConcurrentHashMap.newKeySet();

    ScriptedBudgets(StoreBackend backend) {
        this.backend = backend;
    }

    /**
     * Prepares a script that calls {@code reserve}: notes in the store, once in a while, that this node counts usage for the
     * account, since the script alone could not be found after a crash.
     *
     * @return the arguments that {@code reserve} reads, a few or many
     */
    List<String> begin(String subject, Optional<MeteredCall> call) {
        if (call.isEmpty()) {
            return List.of("");
        }
        countFor(subject);
        MeteredCall metered = call.get();
        List<String> arguments = new ArrayList<>(6 + 4 * metered.budgets().size());
        arguments.add(Long.toString(metered.promptTokens()));
        arguments.add(Long.toString(metered.answerTokens()));
        arguments.add(Long.toString(metered.life().toMillis()));
        arguments.add(metered.keyId());
        arguments.add(metered.model());
        arguments.add(Integer.toString(metered.budgets().size()));
        metered.budgets().forEach(budget -> add(arguments, budget));
        return arguments;
    }

    /**
     * Reads what {@code reserve} answered.
     *
     * @param id as given to {@code reserve}
     */
    static Reservation reservation(String subject, String id, MeteredCall call, List<?> answer) {
        var outcome = Reservation.Outcome.valueOf((String) answer.get(0));
        Optional<Reserved> reserved = outcome == Reservation.Outcome.GRANTED
                ? Optional.of(new Reserved(subject, id, call.promptTokens(), (Long) answer.get(1)))
                : Optional.empty();
        return new Reservation(
                outcome, reserved, left((List<?>) answer.get(3)), Instant.ofEpochMilli((Long) answer.get(2)));
    }

    private static Optional<Reservation.Left> left(List<?> answer) {
        if (answer.isEmpty()) {
            return Optional.empty();
        }
        long window = (Long) answer.get(4);
        return Optional.of(new Reservation.Left(
                scope((String) answer.get(0)),
                Reservation.Unit.valueOf((String) answer.get(1)),
                (Long) answer.get(2),
                (Long) answer.get(3),
                window == 0 ? Optional.empty() : Optional.of(Duration.ofMillis(window)),
                window == 0 ? Optional.empty() : Optional.of(Duration.ofMillis((Long) answer.get(5)))));
    }

    private void countFor(String subject) {
        if (noted.getIfPresent(subject) == null) {
            backend.run(
                    StoreOperation.COUNT_FOR,
                    List.of(COUNTED_FOR),
                    List.of(subject, Long.toString(NOTES_LIFE.toMillis())),
                    answer -> answer);
            noted.put(subject, true);
        }
        toSave.add(subject);
    }

    @Override
    public void settle(Reserved reserved, TokenUsage used) {
        settle(reserved, used, 1);
    }

    @Override
    public void giveBack(Reserved reserved) {
        settle(reserved, new TokenUsage(0, 0), 0);
    }

    private void settle(Reserved reserved, TokenUsage used, int requests) {
        countFor(reserved.subject());
        UserKeys user = UserKeys.of(reserved.subject());
        backend.run(
                StoreOperation.SETTLE_BUDGET,
                List.of(user.reservation(reserved.id())),
                List.of(
                        user.budgets(),
                        reserved.id(),
                        Long.toString(used.input()),
                        Long.toString(used.output()),
                        Integer.toString(requests)),
                answer -> answer);
    }

    @Override
    public void extend(Reserved reserved, Duration life) {
        backend.run(
                StoreOperation.EXTEND_BUDGET,
                List.of(UserKeys.of(reserved.subject()).reservation(reserved.id())),
                List.of(Long.toString(life.toMillis())),
                answer -> answer);
    }

    @Override
    public void seed(String subject, List<UsedBudget> used) {
        UserKeys user = UserKeys.of(subject);
        List<String> arguments = new ArrayList<>(List.of(user.budgets()));
        for (UsedBudget each : used) {
            add(arguments, each.budget());
            arguments.add(Long.toString(each.tokens()));
            arguments.add(Long.toString(each.requests()));
            arguments.add(Long.toString(each.at().toEpochMilli()));
        }
        backend.run(StoreOperation.SEED_BUDGETS, List.of(user.unsavedUsage()), arguments, answer -> answer);
    }

    @Override
    public void recount(Collection<String> subjects, Budget.Scope scope, String name) {
        Map<Integer, List<String>> bySlot = subjects.stream()
                .map(UserKeys::of)
                .flatMap(user -> List.of(Budget.Window.values()).stream()
                        .map(window -> user.budgets() + "c:" + letters(scope, window) + ":" + name))
                .collect(Collectors.groupingBy(backend::slot));
        bySlot.values().forEach(counters -> {
            for (int i = 0; i < counters.size(); i += STEP) {
                List<String> step = counters.subList(i, Math.min(i + STEP, counters.size()));
                backend.run(StoreOperation.RECOUNT_BUDGETS, step, List.of(), answer -> answer);
            }
        });
    }

    @Override
    public List<String> usersToSave() {
        List<String> users = List.copyOf(toSave);
        users.forEach(toSave::remove);
        return users;
    }

    @Override
    public List<HourlyUsage> unsavedUsage(String subject) {
        UserKeys user = UserKeys.of(subject);
        return backend.run(
                StoreOperation.UNSAVED_USAGE,
                List.of(user.unsavedUsage()),
                List.of(user.budgets()),
                answer -> UsageFields.read((List<?>) answer));
    }

    @Override
    public void usageSaved(String subject, List<HourlyUsage> saved) {
        UserKeys user = UserKeys.of(subject);
        List<String> arguments = new ArrayList<>(List.of(user.budgets()));
        saved.forEach(usage -> arguments.addAll(UsageFields.name(usage)));
        backend.run(StoreOperation.USAGE_SAVED, List.of(user.unsavedUsage()), arguments, answer -> answer);
    }

    @Override
    public List<CountedFor> forgottenUsers() {
        return backend.run(
                StoreOperation.FORGOTTEN_USERS,
                List.of(COUNTED_FOR),
                List.of(Long.toString(FORGOTTEN_AFTER.toMillis())),
                answer -> {
                    List<?> notes = (List<?>) answer;
                    List<CountedFor> users = new ArrayList<>(notes.size() / 2);
                    for (int i = 0; i < notes.size(); i += 2) {
                        long at = Long.parseLong((String) notes.get(i + 1));
                        users.add(new CountedFor((String) notes.get(i), Instant.ofEpochMilli(at)));
                    }
                    return users;
                });
    }

    @Override
    public void forget(CountedFor user) {
        backend.run(
                StoreOperation.FORGET_USER,
                List.of(COUNTED_FOR),
                List.of(user.subject(), Long.toString(user.at().toEpochMilli())),
                answer -> answer);
    }

    /** Adds the four arguments of counter_at. */
    private static void add(List<String> arguments, Budget budget) {
        arguments.add(letters(budget.scope(), budget.window()));
        arguments.add(budget.name());
        arguments.add(text(budget.tokens()));
        arguments.add(text(budget.requests()));
    }

    private static String text(OptionalLong limit) {
        return limit.isPresent() ? Long.toString(limit.getAsLong()) : "";
    }

    private static String letters(Budget.Scope scope, Budget.Window window) {
        String first =
                switch (scope) {
                    case KEY -> "k";
                    case ACCOUNT -> "a";
                    case ROLE -> "r";
                };
        return first
                + switch (window) {
                    case DAY -> "d";
                    case MONTH -> "m";
                    case TOTAL -> "t";
                };
    }

    private static Budget.Scope scope(String letter) {
        return switch (letter) {
            case "k" -> Budget.Scope.KEY;
            case "a" -> Budget.Scope.ACCOUNT;
            case "r" -> Budget.Scope.ROLE;
            default -> throw new IllegalArgumentException("no scope " + letter);
        };
    }
}
