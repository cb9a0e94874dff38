package com.amplihack.auth.users;

import com.amplihack.auth.users.database.Database;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.persistence.EntityManager;
import java.util.List;
import java.util.Optional;

/** Finds accounts and roles. Every method throws {@code store_unavailable} when the database does not answer in time. */
@Singleton
public class AccountDirectory {
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
     * A page of accounts, sorted by name.
     *
     * @param query a prefix of the name, in any spelling that signs in, or the empty string for all
     * @param after the {@link Username#key} after which the page starts, or the empty string
     * @param limit the page size
     */
    public List<Account> list(String query, String after, int limit) {
        return Username.keyPrefix(query)
                .map(prefix -> withPrefix(prefix, after, limit))
                .orElse(List.of()); // no such name can exist, and databases refuse some of the characters
    }

    private List<Account> withPrefix(String prefix, String after, int limit) {
        String literal = prefix.replace("!", "!!").replace("%", "!%").replace("_", "!_");
        return database.read(entities -> entities.createQuery(
                        "select a from Account a where a.usernameKey like :pattern escape '!'"
                                + " and a.usernameKey > :after order by a.usernameKey",
                        Account.class)
                .setParameter("pattern", literal + "%")
                .setParameter("after", after)
                .setMaxResults(limit)
                .getResultList());
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
                .map(columns -> new AccountRef((String) columns[0], (Long) columns[1]));
    }
}
