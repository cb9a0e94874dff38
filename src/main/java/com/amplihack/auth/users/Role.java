package com.amplihack.auth.users;

import jakarta.persistence.CollectionTable;
import jakarta.persistence.Column;
import jakarta.persistence.ElementCollection;
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.Id;
import jakarta.persistence.JoinColumn;
import jakarta.persistence.Table;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** A named set of permissions. */
@Entity
@Table(name = "auth_role")
public class Role {
    /** The permissions of the administration; the role {@code admin} has all of them. */
    public static final Set<String> ADMINISTRATION = Set.of(
            "users:read",
            "users:write",
            "users:unlock",
            "users:reset",
            "sessions:read",
            "sessions:end",
            "audit:read",
            "keys:write",
            "clients:write",
            "policy:read");

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._:-]{0,63}");
    private static final Pattern PERMISSION = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._:*/-]*");

    @Id
    private String name;

    @ElementCollection(fetch = FetchType.EAGER)
    @CollectionTable(name = "auth_role_permission", joinColumns = @JoinColumn(name = "role_name"))
    @Column(name = "permission")
    private Set<String> permissions = new TreeSet<>();

    /** For JPA. */
    protected Role() {}

    /** Whether a role may have that name: 1 to 64 letters, digits and {@code . _ : -}, first a letter or digit. */
    public static boolean isName(String text) {
        return NAME.matcher(text).matches();
    }

    /**
     * Whether that may be a permission: letters, digits and {@code . _ : * / -}, first a letter or digit, as permissions go
     * into headers and lists.
     */
    public static boolean isPermission(String text) {
        return PERMISSION.matcher(text).matches();
    }

    Role(String name) {
        this.name = name;
    }

    public String name() {
        return name;
    }

    public Set<String> permissions() {
        return Set.copyOf(permissions);
    }

    void permissions(Set<String> given) {
        permissions = new TreeSet<>(given);
    }
}
