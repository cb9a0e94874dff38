package com.amplihack.auth.metering;

import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.RateLimitedLogger;
import com.amplihack.auth.store.SecurityStore;
import com.amplihack.auth.store.budget.BudgetStore;
import com.amplihack.auth.store.budget.HourlyUsage;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Brings usage from the store to the database, at least once and never twice: sums are written as they are and not added,
 * and the store keeps them until the database has them. What a node leaves behind is found by the others.
 */
@Singleton
public class UsageWriter {
    private static final RateLimitedLogger LOG =
            new RateLimitedLogger(Logger.getLogger(UsageWriter.class.getName()), 1);
    private static final int RECORDS = 16; // of one answer of the store
    private static final int MOST_ANSWERS = 1_000; // for one account: 16,000 keys

    private final SecurityStore store;
    private final UsageBook book;

    /** Accounts whose usage could not be saved. */
    private final Set<String> left = new LinkedHashSet<>();

    @Inject
    public UsageWriter(SecurityStore store, UsageBook book) {
        this.store = store;
        this.book = book;
    }

    /**
     * Saves what an account has used until now.
     *
     * @throws AuthException {@code store_unavailable}; nothing is lost
     */
    public void save(String account) {
        saveKeys(account);
    }

    /** The ids of the keys that it was used with; the empty one for access tokens. */
    private Set<String> saveKeys(String account) {
        Set<String> keys = new LinkedHashSet<>();
        for (int i = 0; i < MOST_ANSWERS; i++) {
            List<HourlyUsage> unsaved = store.unsavedUsage(account);
            if (!unsaved.isEmpty()) {
                book.save(account, unsaved);
                store.usageSaved(account, unsaved);
                unsaved.forEach(usage -> keys.add(usage.keyId()));
            }
            if (unsaved.size() < RECORDS) {
                break;
            }
        }
        return keys;
    }

    /**
     * Saves what this node has counted since the last time, and what dead nodes have.
     *
     * @return the accounts whose usage was saved, and the ids of the keys that it was used with
     */
    public synchronized Map<String, Set<String>> saveAll() {
        Map<String, Set<String>> saved = new LinkedHashMap<>();
        left.addAll(store.usersToSave());
        try {
            while (!left.isEmpty()) {
                String account = left.iterator().next();
                saved.put(account, saveKeys(account));
                left.remove(account);
            }
            for (BudgetStore.CountedFor forgotten : store.forgottenUsers()) {
                saved.put(forgotten.subject(), saveKeys(forgotten.subject()));
                store.forget(forgotten);
            }
        } catch (AuthException unavailable) {
            LOG.log(
                    Level.WARNING,
                    unavailable.code().code(),
                    "Usage cannot be saved in the database now and stays in the store: " + unavailable.getMessage());
        }
        return saved;
    }
}
