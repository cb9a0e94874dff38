package com.amplihack.auth.users;

import com.amplihack.auth.problem.AuthException;
import jakarta.persistence.EntityManager;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BinaryOperator;

/** The accounts that have a role, read as columns and not as accounts: there may be a hundred thousand. */
final class RoleHolders {
    private static final BinaryOperator<String> LONGER =
            BinaryOperator.maxBy(Comparator.comparing(RoleHolders::length));

    /** As many bytes as any name has. */
    private static final String LONGEST_NAME = "\ud83d\ude00".repeat(Username.MAX_LENGTH);

    private final EntityManager entities;
    private final String role;

    RoleHolders(EntityManager entities, String role) {
        this.entities = entities;
        this.role = role;
    }

    List<String> ids() {
        return rows("select account_id from auth_account_role where role_name = ?");
    }

    /** What an account has beside the role; equal for most holders. */
    private record Rights(Set<String> roles, Set<String> permissions) {
        static final Rights NONE = new Rights(Set.of(), Set.of());

        Rights() {
            this(new TreeSet<>(), new TreeSet<>());
        }
    }

    /**
     * Checks the rights of every holder; does not read them while all roles and permissions that holders may have fit
     * together.
     *
     * @throws AuthException what {@code allowed} throws
     */
    void require(RightsCheck allowed) {
        Set<String> roles = new TreeSet<>(Set.of(role));
        roles.addAll(rows("select name from auth_role where name <> ?"));
        Set<String> permissions = new TreeSet<>(entities.find(Role.class, role).permissions());
        permissions.addAll(rows("select permission from auth_role_permission where role_name <> ?"));
        permissions.addAll(rows("select distinct p.permission from auth_account_role h join auth_account_permission p"
                + " on p.account_id = h.account_id where h.role_name = ?"));
        try {
            allowed.require(LONGEST_NAME, List.copyOf(roles), List.copyOf(permissions));
        } catch (AuthException notAllTogether) {
            requireOfEach(allowed);
        }
    }

    /** Checks each set of rights that any holder has once, for the longest name. */
    private void requireOfEach(RightsCheck allowed) {
        Map<String, Rights> others = new HashMap<>();
        pairs("select o.account_id, o.role_name from auth_account_role h join auth_account_role o"
                        + " on o.account_id = h.account_id where h.role_name = ? and o.role_name <> h.role_name")
                .forEach(pair -> of(others, pair[0]).roles().add((String) pair[1]));
        pairs("select p.account_id, p.permission from auth_account_role h join auth_account_permission p"
                        + " on p.account_id = h.account_id where h.role_name = ?")
                .forEach(pair -> of(others, pair[0]).permissions().add((String) pair[1]));
        Map<Rights, String> longest = new HashMap<>();
        pairs("select a.id, a.username from auth_account_role h join auth_account a on a.id = h.account_id"
                        + " where h.role_name = ?")
                .forEach(holder -> longest.merge(
                        others.getOrDefault((String) holder[0], Rights.NONE), (String) holder[1], LONGER));
        longest.forEach((rights, username) -> {
            Set<String> roles = new TreeSet<>(rights.roles());
            roles.add(role);
            Set<String> permissions = new TreeSet<>(rights.permissions());
            roles.forEach(
                    name -> permissions.addAll(entities.find(Role.class, name).permissions()));
            allowed.require(username, List.copyOf(roles), List.copyOf(permissions));
        });
    }

    /** Bytes of a name in JSON, which puts a backslash before some characters (RFC 8259 section 7). */
    private static int length(String username) {
        return username.replace("\\", "\\\\").replace("\"", "\\\"").getBytes(StandardCharsets.UTF_8).length;
    }

    private static Rights of(Map<String, Rights> others, Object id) {
        return others.computeIfAbsent((String) id, unused -> new Rights());
    }

    private List<Object[]> pairs(String sql) {
        return rows(sql);
    }

    /** In SQL, which takes half the time of JPQL for so many rows. */
    @SuppressWarnings("unchecked")
    private <T> List<T> rows(String sql) {
        return entities.createNativeQuery(sql).setParameter(1, role).getResultList();
    }
}
