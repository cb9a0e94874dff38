package com.amplihack.auth.store.script;

import com.amplihack.auth.config.type.Quota;
import com.amplihack.auth.store.KeyStore.KeyAdmission;
import com.amplihack.auth.store.KeyStore.KeyCopy;
import com.amplihack.auth.store.KeyStore.KeyUse;
import com.amplihack.auth.store.KeyStore.KeyUsed;
import com.amplihack.auth.store.KeyStore.KeyVerdict;
import com.amplihack.auth.store.KeyStore.Lease;
import com.amplihack.auth.store.QuotaStore.Taken;
import com.amplihack.auth.store.budget.MeteredCall;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** The API keys of {@link ScriptedStore}; each method runs one script on one user's keys. */
final class ScriptedKeys {
    private static final String LEASE_MILLIS = millis(Duration.ofSeconds(30));

    /** After it the database is read anew, whatever the counters say. */
    private static final String COPY_MILLIS = millis(Duration.ofHours(1));

    private static final String NOTHING_MILLIS = millis(Duration.ofMinutes(1));

    /** Longer than any reading of the database. */
    private static final String KILLED_MILLIS = millis(Duration.ofHours(1));

    private final StoreBackend backend;
    private final ScriptedFleet fleet;
    private final ScriptedBudgets budgets;
    private final Supplier<String> ids;

    ScriptedKeys(StoreBackend backend, ScriptedFleet fleet, ScriptedBudgets budgets, Supplier<String> ids) {
        this.backend = backend;
        this.fleet = fleet;
        this.budgets = budgets;
        this.ids = ids;
    }

    KeyAdmission admitKey(KeyUse use, Quota quota, Optional<MeteredCall> call) {
        UserKeys user = UserKeys.of(use.subject());
        String id = ids.get();
        List<String> arguments = new ArrayList<>(List.of(
                use.hash(),
                use.version(),
                use.addressAllowed() ? "1" : "0",
                Integer.toString(quota.limit()),
                millis(quota.window()),
                id,
                use.keyId(),
                use.address(),
                LEASE_MILLIS,
                user.budgets()));
        arguments.addAll(budgets.begin(use.subject(), call));
        arguments.add(Long.toString(fleet.ended()));
        return backend.run(
                StoreOperation.ADMIT_KEY,
                List.of(user.apiKey(use.keyId()), user.epoch(), user.apiKeyQuota(use.keyId()), user.apiKeyUses()),
                arguments,
                answer -> admission(use, id, call, (List<?>) answer));
    }

    private static KeyAdmission admission(KeyUse use, String id, Optional<MeteredCall> call, List<?> answer) {
        KeyVerdict verdict = KeyVerdict.valueOf((String) answer.get(0));
        String version = (String) answer.get(3);
        return new KeyAdmission(
                verdict,
                new Taken(
                        verdict == KeyVerdict.ADMITTED || verdict == KeyVerdict.NO_BUDGET,
                        ScriptedStore.number(answer.get(1)),
                        ScriptedStore.duration(answer.get(2))),
                version,
                (String) answer.get(4),
                new Lease(version, (String) answer.get(5), (String) answer.get(6), (String) answer.get(7)),
                answer.size() > 8
                        ? call.map(metered ->
                                ScriptedBudgets.reservation(use.subject(), id, metered, (List<?>) answer.get(8)))
                        : Optional.empty());
    }

    void fillKey(String subject, String keyId, Lease lease, Optional<KeyCopy> copy) {
        UserKeys user = UserKeys.of(subject);
        backend.run(
                StoreOperation.FILL_KEY,
                List.of(user.apiKey(keyId), user.epoch()),
                List.of(
                        lease.id(),
                        lease.ended(),
                        lease.rights(),
                        lease.limits(),
                        copy.isPresent() ? COPY_MILLIS : NOTHING_MILLIS,
                        copy.map(KeyCopy::hash).orElse(""),
                        copy.map(granted -> Long.toString(granted.expiresAt().toEpochMilli()))
                                .orElse("0"),
                        copy.map(KeyCopy::grant).orElse(""),
                        Long.toString(fleet.ended())),
                answer -> answer);
    }

    void killKey(String subject, String keyId) {
        backend.run(
                StoreOperation.KILL_KEY,
                List.of(UserKeys.of(subject).apiKey(keyId)),
                List.of(KILLED_MILLIS),
                answer -> Optional.empty());
    }

    Map<String, KeyUsed> keyUses(String subject, List<String> keyIds) {
        if (keyIds.isEmpty()) {
            return Map.of();
        }
        return backend.run(
                StoreOperation.KEY_USES,
                List.of(UserKeys.of(subject).apiKeyUses()),
                keyIds,
                answer -> uses(keyIds, (List<?>) answer));
    }

    private static Map<String, KeyUsed> uses(List<String> keyIds, List<?> answer) {
        Map<String, KeyUsed> uses = new HashMap<>();
        for (int i = 0; i < keyIds.size(); i++) {
            if (!answer.get(i).equals("")) {
                String[] last = ((String) answer.get(i)).split(" ", 2);
                uses.put(keyIds.get(i), new KeyUsed(Instant.ofEpochMilli(Long.parseLong(last[0])), last[1]));
            }
        }
        return uses;
    }

    private static String millis(Duration duration) {
        return Long.toString(duration.toMillis());
    }
}
