package com.amplihack.auth.users;

import com.amplihack.auth.database.Database;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.persistence.EntityManager;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** Finds accounts and roles. Every method throws {@code store_unavailable} when the database does not answer in time. */
@Singleton
public class AccountDirectory {
    /**
     * The part of an account that a login needs before it reads the rest.
     *
     * @param passwordVersion see {@link Account#passwordVersion}
     */
    public record AccountRef(String id, long passwordVersion) {}

    private final Database database;

    @Inject
    public AccountDirectory(Database database) {
        this.database = database;
    }

    public Optional<Account> find(String id) {
        return database.read(entities -> Optional.ofNullable(entities.find(Account.class, id)));
    }

    /** The id of the account with this name, ignoring case. */
    public Optional<String> idOf(String username) {
        return Username.parse(username).flatMap(this::findKey).map(AccountRef::id);
    }

    public Optional<AccountRef> findKey(Username username) {
        return database.read(entities -> findKey(entities, username.key()));
    }

    /**
     * The password hash of an account that the seed picks, each as likely as any other as ids are random; empty when there
     * is no account.
     */
    public Optional<String> someHash(String seed) {
        String place =
                UUID.nameUUIDFromBytes(seed.getBytes(StandardCharsets.UTF_8)).toString();
        return database.read(entities -> hashFrom(entities, place).or(() -> hashFrom(entities, "")));
    }

    private static Optional<String> hashFrom(EntityManager entities, String id) {
        return entities.createQuery(
                        "select a.passwordHash from Account a where a.id >= :id order by a.id", String.class)
                .setParameter("id", id)
                .setMaxResults(1)
                .getResultStream()
                .findFirst();
    }

    /**
     * The accounts with this verified address.
     *
     * @param most how many at most
     */
    public List<AccountRef> findVerified(EmailAddress address, int most) {
        return database.read(entities -> entities.createQuery(
                        "select a.id, a.passwordVersion from Account a where a.emailKey = :key"
                                + " and a.emailVerified = true order by a.id",
                        Object[].class)
                .setParameter("key", address.key())
                .setMaxResults(most)
                .getResultStream()
                .map(AccountDirectory::ref)
                .toList());
    }

    /**
     * Whether another account has the address, verified or not; holds at commit in a {@link Database#writeSerialized
     * serialized} transaction.
     *
     * @param id the account that may have it, stored or not
     */
    public static boolean isTaken(EntityManager transaction, EmailAddress address, String id) {
        return !transaction
                .createQuery("select a.id from Account a where a.emailKey = :key and a.id <> :id", String.class)
                .setParameter("key", address.key())
                .setParameter("id", id)
                .setMaxResults(1)
                .getResultList()
                .isEmpty();
    }

    /** An account's id and names. */
    public record Name(String id, String username, String key) {}

    /**
     * A page of the names of all accounts, sorted.
     *
     * @param after the {@link Username#key} after which the page starts, or the empty string
     * @param inclusive whether it starts at that name, if there is still an account of it
     */
    public List<Name> names(String after, boolean inclusive, int limit) {
        return database.read(entities -> entities.createQuery(
                        "select a.id, a.username, a.usernameKey from Account a where a.usernameKey "
                                + (inclusive ? ">=" : ">") + " :after order by a.usernameKey",
                        Object[].class)
                .setParameter("after", after)
                .setMaxResults(limit)
                .getResultStream()
                .map(columns -> new Name((String) columns[0], (String) columns[1], (String) columns[2]))
                .toList());
    }

    public boolean isEmpty() {
        return database.read(AccountDirectory::isEmpty);
    }

    public List<Role> roles() {
        return database.read(entities -> entities.createQuery("select r from Role r order by r.name", Role.class)
                .getResultList());
    }

    public Optional<Role> role(String name) {
        return database.read(entities -> Optional.ofNullable(entities.find(Role.class, name)));
    }

    static boolean isEmpty(EntityManager entities) {
        return entities.createQuery("select a.id from Account a", String.class)
                .setMaxResults(1)
                .getResultList()
                .isEmpty();
    }

    static Optional<AccountRef> findKey(EntityManager entities, String usernameKey) {
        return entities.createQuery(
                        "select a.id, a.passwordVersion from Account a where a.usernameKey = :key", Object[].class)
                .setParameter("key", usernameKey)
                .getResultStream()
                .findFirst()
                .map(AccountDirectory::ref);
    }

    private static AccountRef ref(Object[] columns) {
        return new AccountRef((String) columns[0], (Long) columns[1]);
    }
}
