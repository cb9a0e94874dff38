package com.amplihack.auth.users;

import com.amplihack.auth.config.Configuration;
import com.amplihack.auth.config.source.Secret;
import com.amplihack.auth.database.Database;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import com.amplihack.auth.users.password.PasswordHasher;
import com.amplihack.auth.users.password.PasswordPolicy;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.persistence.EntityManager;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Keeps people from returning to one of their last {@code auth.password.history} passwords, the current one included, of
 * which only the hashes are kept (docs/adr/0085).
 */
@Singleton
public class PasswordHistory {
    private static final Duration MAX_WAIT = Duration.ofSeconds(10);
    private static final Duration MAX_TIME = Duration.ofSeconds(20);

    private final Database database;
    private final PasswordHasher hasher;
    private final Configuration configuration;

    /** As each holds a hashing place for up to 24 hashes, half of the places are left for sign-ins. */
    private final Semaphore comparing;

    @Inject
    public PasswordHistory(Database database, PasswordHasher hasher, Configuration configuration) {
        this.database = database;
        this.hasher = hasher;
        this.configuration = configuration;
        comparing =
                new Semaphore(Math.max(1, configuration.settings().passwords().concurrency() / 2), true);
    }

    /**
     * Refuses a password that the account had before; compares the newest first.
     *
     * @param member the request member that holds it
     * @throws AuthException {@code weak_password}; {@code overloaded} when the comparisons do not get their turn within
     *     10 s or take more than 20 s; {@code store_unavailable}
     */
    public void requireFresh(String member, Account account, Secret fresh) {
        int remembered = configuration.settings().passwords().history();
        if (remembered == 0) {
            return;
        }
        List<String> hashes = hashes(account, remembered);
        if (comparing.getQueueLength() >= configuration.settings().passwords().queue()) {
            throw overloaded(); // each holds a thread of the server
        }
        try {
            if (!comparing.tryAcquire(MAX_WAIT.toMillis(), TimeUnit.MILLISECONDS)) {
                throw overloaded();
            }
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            throw overloaded();
        }
        try {
            compare(member, fresh, hashes, remembered);
        } finally {
            comparing.release();
        }
    }

    private void compare(String member, Secret fresh, List<String> hashes, int remembered) {
        long end = System.nanoTime() + MAX_TIME.toNanos();
        for (String hash : hashes) {
            if (System.nanoTime() - end > 0) {
                throw overloaded();
            }
            if (hasher.verify(hash, fresh)) {
                throw PasswordPolicy.weak(
                        "used",
                        member,
                        "must not be "
                                + (remembered == 1
                                        ? "the current password."
                                        : "one of the account's last " + remembered + " passwords."));
            }
        }
    }

    private static AuthException overloaded() {
        return new AuthException(ErrorCode.OVERLOADED, "Too many passwords are being checked at the moment.");
    }

    /** The current one and those before it, the newest first; none of an account that has had no password yet. */
    private List<String> hashes(Account account, int most) {
        List<String> hashes = new ArrayList<>(List.of(account.passwordHash()));
        hashes.addAll(database.read(entities -> former(entities, account.id(), most - 1)));
        hashes.remove(PasswordHasher.NO_PASSWORD);
        return hashes;
    }

    @SuppressWarnings("unchecked")
    private static List<String> former(EntityManager entities, String id, int most) {
        return most == 0
                ? List.of()
                : entities.createNativeQuery("select password_hash from auth_password_history where account_id = ?"
                                + " order by password_version desc")
                        .setParameter(1, id)
                        .setMaxResults(most)
                        .getResultList();
    }

    /**
     * Remembers the current password's hash, and forgets the oldest, before the account gets a new password in the same
     * transaction.
     *
     * @param remembered how many passwords, the new one included
     */
    static void remember(EntityManager transaction, Account account, int remembered) {
        if (remembered > 1 && !account.passwordHash().equals(PasswordHasher.NO_PASSWORD)) {
            transaction
                    .createNativeQuery("insert into auth_password_history (account_id, password_version, password_hash)"
                            + " values (?, ?, ?)")
                    .setParameter(1, account.id())
                    .setParameter(2, account.passwordVersion())
                    .setParameter(3, account.passwordHash())
                    .executeUpdate();
        }
        transaction
                .createNativeQuery("delete from auth_password_history where account_id = ? and password_version <= ?")
                .setParameter(1, account.id())
                .setParameter(2, account.passwordVersion() + 1 - Math.max(1, remembered))
                .executeUpdate();
    }
}
