package com.amplihack.auth.users;

import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.Set;

/** Accounts without a database. */
public final class TestAccounts {
    private TestAccounts() {}

    /** An enabled account whose roles have no permissions of their own. */
    public static Account account(String id, String username, Set<String> roles, Set<String> permissions) {
        Account account = new Account(id, Username.parse(username).orElseThrow(), "", Instant.EPOCH);
        Set<Role> given = new LinkedHashSet<>();
        roles.forEach(name -> given.add(role(name, Set.of())));
        account.roles(given);
        account.ownPermissions(permissions);
        return account;
    }

    /** A role that no database knows. */
    static Role role(String name, Set<String> permissions) {
        return new Role() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public Set<String> permissions() {
                return permissions;
            }
        };
    }
}
