package com.amplihack.auth.factor.passkey;

import com.amplihack.auth.database.Database;
import com.amplihack.auth.users.Account;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.persistence.EntityManager;
import jakarta.persistence.LockModeType;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Passkeys and user handles in the account database. */
@Singleton
class PasskeyStore {
    private final Database database;

    @Inject
    PasskeyStore(Database database) {
        this.database = database;
    }

    /** What a page needs to know of an account's passkeys, the oldest first. */
    record Owned(Account account, Optional<UserHandle> handle, List<PasskeyRecord> passkeys) {
        Owned {
            passkeys = List.copyOf(passkeys);
        }
    }

    Database database() {
        return database;
    }

    Optional<PasskeyRecord> find(String id) {
        return database.read(entities -> Optional.ofNullable(entities.find(PasskeyRecord.class, id)));
    }

    /** The account that an authenticator has stored this handle for. */
    Optional<String> accountOf(String handle) {
        return database.read(entities -> Optional.ofNullable(entities.find(UserHandle.class, handle)))
                .map(UserHandle::accountId);
    }

    /** Empty if there is no such account. */
    Optional<Owned> owned(String accountId) {
        return database.read(entities -> Optional.ofNullable(entities.find(Account.class, accountId))
                .map(account -> new Owned(account, handle(entities, accountId), passkeys(entities, accountId))));
    }

    /** The same; makes a user handle for an account that has none. */
    Optional<Owned> ownedWithHandle(String accountId) {
        Optional<Owned> known = owned(accountId);
        if (known.isEmpty() || known.get().handle().isPresent()) {
            return known;
        }
        database.write(entities -> handle(entities, accountId).orElseGet(() -> {
            UserHandle fresh = new UserHandle(accountId);
            entities.persist(fresh); // the loser of a race finds the winner's when it is retried
            return fresh;
        }));
        return owned(accountId);
    }

    /**
     * Notes the use of a passkey, unless its counter has reached that count meanwhile, on whichever node.
     *
     * @param count what the authenticator says; 0 if it does not count
     * @return whether that was so: otherwise two authenticators have the same key, or the passkey is gone
     */
    boolean use(PasskeyRecord passkey, long count, boolean backedUp, Instant now) {
        String growing = count == 0 ? "p.signCount = :count" : "p.signCount < :count";
        return database.write(entities ->
                entities.createQuery("update PasskeyRecord p set p.signCount = :count, p.backedUp = :backedUp,"
                                        + " p.lastUsedAt = :now where p.id = :id and p.accountId = :account and "
                                        + growing)
                                .setParameter("count", count)
                                .setParameter("backedUp", backedUp)
                                .setParameter("now", now.toEpochMilli())
                                .setParameter("id", passkey.id())
                                .setParameter("account", passkey.accountId())
                                .executeUpdate()
                        == 1);
    }

    /**
     * Locks the passkeys of an account until the transaction ends, so that what is counted still holds then.
     *
     * @return whether it has a user handle, which is the lock
     */
    static boolean lock(EntityManager entities, String accountId) {
        Optional<UserHandle> handle = handle(entities, accountId);
        handle.ifPresent(held -> entities.lock(held, LockModeType.PESSIMISTIC_WRITE));
        return handle.isPresent();
    }

    static List<PasskeyRecord> passkeys(EntityManager entities, String accountId) {
        return entities.createQuery(
                        "select p from PasskeyRecord p where p.accountId = :account order by p.createdAt, p.id",
                        PasskeyRecord.class)
                .setParameter("account", accountId)
                .setMaxResults(Passkeys.MOST)
                .getResultList();
    }

    /** The passkey of that id, if it is the account's. */
    static Optional<PasskeyRecord> find(EntityManager entities, String accountId, String id) {
        return Optional.ofNullable(entities.find(PasskeyRecord.class, id))
                .filter(passkey -> passkey.accountId().equals(accountId));
    }

    private static Optional<UserHandle> handle(EntityManager entities, String accountId) {
        return entities.createQuery("select h from UserHandle h where h.accountId = :account", UserHandle.class)
                .setParameter("account", accountId)
                .getResultStream()
                .findFirst();
    }
}
