package com.amplihack.auth.users.transfer;

import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import com.amplihack.auth.users.Role;
import jakarta.persistence.EntityManager;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The roles that the lines of one transaction name: those that exist and, if wanted, those that it makes. */
final class ImportedRoles {
    /** The most roles that one import makes, so that a file with a mistake does not make a million. */
    static final int MOST_NEW = 100;

    private final EntityManager transaction;
    private final boolean create;
    private final int room;
    private final Map<String, Optional<Role>> known = new HashMap<>();
    private final Set<String> fresh = new HashSet<>();

    /** @param room how many roles may still be made */
    ImportedRoles(EntityManager transaction, boolean create, int room) {
        this.transaction = transaction;
        this.create = create;
        this.room = room;
    }

    /**
     * The permissions of these roles.
     *
     * @throws AuthException {@code invalid_request} for one that there is not and that is not to be made
     */
    Set<String> permissions(Set<String> names) {
        Set<String> permissions = new HashSet<>();
        Set<String> missing = new HashSet<>();
        for (String name : names) {
            find(name).ifPresentOrElse(role -> permissions.addAll(role.permissions()), () -> missing.add(name));
        }
        missing.removeAll(fresh);
        missing.stream().sorted().findFirst().filter(name -> !create).ifPresent(name -> {
            throw new AuthException(ErrorCode.INVALID_REQUEST, "roles: there is no role '" + name + "'.");
        });
        if (fresh.size() + missing.size() > room) {
            throw new AuthException(
                    ErrorCode.INVALID_REQUEST, "roles: an import makes at most " + MOST_NEW + " roles.");
        }
        fresh.addAll(missing);
        return permissions;
    }

    private Optional<Role> find(String name) {
        return known.computeIfAbsent(name, absent -> Optional.ofNullable(transaction.find(Role.class, absent)));
    }

    /** Stores those that are new; returns how many. */
    int store() {
        fresh.forEach(name -> transaction
                .createNativeQuery("insert into auth_role (name) values (?)")
                .setParameter(1, name)
                .executeUpdate());
        return fresh.size();
    }
}
