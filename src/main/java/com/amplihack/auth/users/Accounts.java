package com.amplihack.auth.users;

import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import jakarta.ejb.Stateless;
import jakarta.persistence.EntityManager;
import jakarta.persistence.PersistenceContext;
import jakarta.persistence.TypedQuery;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** The accounts in the database; each call is one transaction. For {@link AccountDirectory} alone (an EJB has to be public). */
@Stateless
public class Accounts {
    @PersistenceContext(unitName = "auth")
    private EntityManager database;

    public Optional<Account> find(String id) {
        return Optional.ofNullable(database.find(Account.class, id));
    }

    public Optional<String> findId(Username username) {
        return database
                .createQuery("select a.id from Account a where a.usernameKey = :key", String.class)
                .setParameter("key", username.key())
                .getResultStream()
                .findFirst();
    }

    /**
     * Some accounts in the order of their names.
     *
     * @param query the start of a name in any case, or the empty string for all
     * @param after the name (as {@link Username#key}) behind which the page starts, or the empty string
     * @param limit of the page
     */
    public List<Account> list(String query, String after, int limit) {
        String pattern = query.toLowerCase(Locale.ROOT)
                .replace("!", "!!")
                .replace("%", "!%")
                .replace("_", "!_")
                + "%";
        TypedQuery<Account> accounts = database.createQuery(
                "select a from Account a where a.usernameKey like :pattern escape '!' and a.usernameKey > :after"
                        + " order by a.usernameKey",
                Account.class);
        return accounts.setParameter("pattern", pattern)
                .setParameter("after", after)
                .setMaxResults(limit)
                .getResultList();
    }

    public boolean isEmpty() {
        return database.createQuery("select count(a) from Account a", Long.class).getSingleResult() == 0;
    }

    /**
     * Stores a new account.
     *
     * @throws AuthException {@code username_taken}, or {@code invalid_request} for a role that does not exist
     */
    public Account add(Account account, Set<String> roleNames, Set<String> permissions) {
        Set<Role> roles = new HashSet<>();
        for (String name : roleNames) {
            Role role = database.find(Role.class, name);
            if (role == null) {
                throw new AuthException(ErrorCode.INVALID_REQUEST, "roles: there is no role '" + name + "'.");
            }
            roles.add(role);
        }
        Long taken = database.createQuery("select count(a) from Account a where a.usernameKey = :key", Long.class)
                .setParameter("key", account.usernameKey())
                .getSingleResult();
        if (taken > 0) {
            throw usernameTaken();
        }
        account.roles(roles);
        account.ownPermissions(permissions);
        database.persist(account);
        return account;
    }

    public void replaceHash(String id, String outdated, String fresh) {
        Account account = database.find(Account.class, id);
        if (account != null && account.passwordHash().equals(outdated)) { // a change in between wins
            account.passwordHash(fresh);
        }
    }

    static AuthException usernameTaken() {
        return new AuthException(ErrorCode.USERNAME_TAKEN, "Another account has this name.");
    }
}
