package com.amplihack.auth.users;

import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import jakarta.ejb.Stateless;
import jakarta.inject.Inject;
import jakarta.persistence.EntityManager;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** The accounts in the database; each call is one transaction. For {@link AccountDirectory} alone (an EJB has to be public). */
@Stateless
public class Accounts {
    @Inject
    private Database database;

    public Optional<Account> find(String id) {
        try (EntityManager entities = database.entities()) {
            return Optional.ofNullable(entities.find(Account.class, id));
        }
    }

    public Optional<String> findId(Username username) {
        try (EntityManager entities = database.entities()) {
            return findId(entities, username.key());
        }
    }

    /**
     * Some accounts in the order of their names.
     *
     * @param query the start of a name in any case, or the empty string for all
     * @param after the name (as {@link Username#key}) behind which the page starts, or the empty string
     * @param limit of the page
     */
    public List<Account> list(String query, String after, int limit) {
        String start = query.toLowerCase(Locale.ROOT)
                .replace("!", "!!")
                .replace("%", "!%")
                .replace("_", "!_");
        try (EntityManager entities = database.entities()) {
            return entities.createQuery(
                            "select a from Account a where a.usernameKey like :pattern escape '!'"
                                    + " and a.usernameKey > :after order by a.usernameKey",
                            Account.class)
                    .setParameter("pattern", start + "%")
                    .setParameter("after", after)
                    .setMaxResults(limit)
                    .getResultList();
        }
    }

    public boolean isEmpty() {
        try (EntityManager entities = database.entities()) {
            return entities.createQuery("select count(a) from Account a", Long.class)
                            .getSingleResult()
                    == 0;
        }
    }

    /**
     * Stores a new account.
     *
     * @throws AuthException {@code username_taken}, or {@code invalid_request} for a role that does not exist
     */
    public Account add(Account account, Set<String> roleNames, Set<String> permissions) {
        try (EntityManager entities = database.entities()) {
            if (findId(entities, account.usernameKey()).isPresent()) {
                throw usernameTaken();
            }
            Set<Role> roles = new HashSet<>();
            for (String name : roleNames) {
                Role role = entities.find(Role.class, name);
                if (role == null) {
                    throw new AuthException(ErrorCode.INVALID_REQUEST, "roles: there is no role '" + name + "'.");
                }
                roles.add(role);
            }
            account.roles(roles);
            account.ownPermissions(permissions);
            entities.persist(account);
            entities.flush();
            return account;
        }
    }

    public void replaceHash(String id, String outdated, String fresh) {
        try (EntityManager entities = database.entities()) {
            Account account = entities.find(Account.class, id);
            if (account != null && account.passwordHash().equals(outdated)) { // a change in between wins
                account.passwordHash(fresh);
                entities.flush();
            }
        }
    }

    private static Optional<String> findId(EntityManager entities, String usernameKey) {
        return entities.createQuery("select a.id from Account a where a.usernameKey = :key", String.class)
                .setParameter("key", usernameKey)
                .getResultStream()
                .findFirst();
    }

    static AuthException usernameTaken() {
        return new AuthException(ErrorCode.USERNAME_TAKEN, "Another account has this name.");
    }
}
