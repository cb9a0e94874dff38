package com.amplihack.auth.users;

import com.amplihack.auth.database.Database;
import com.amplihack.auth.users.password.PasswordHasher;
import jakarta.persistence.CollectionTable;
import jakarta.persistence.Column;
import jakarta.persistence.ElementCollection;
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.Id;
import jakarta.persistence.JoinColumn;
import jakarta.persistence.JoinTable;
import jakarta.persistence.ManyToMany;
import jakarta.persistence.Table;
import jakarta.persistence.Version;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** A user or service that can sign in. */
@Entity
@Table(name = "auth_account")
public class Account {
    public static final String ADMIN = Database.ADMIN_ROLE;

    @Id
    private String id;

    private String username;

    @Column(name = "username_key")
    private String usernameKey;

    @Column(name = "password_hash")
    private String passwordHash;

    private boolean enabled;

    @Column(name = "password_version")
    private long passwordVersion;

    @Column(name = "must_change_password")
    private boolean mustChangePassword;

    /** Milliseconds since the epoch, which every database stores without loss. */
    @Column(name = "created_at")
    private long createdAt;

    /** As entered, and its {@link EmailAddress#key}; null for none. */
    private @Nullable String email;

    @Column(name = "email_key")
    private @Nullable String emailKey;

    @Column(name = "email_verified")
    private boolean emailVerified;

    /** The language of mails: {@code en} or {@code de}; null for the installation's. */
    private @Nullable String language;

    /** A JSON object as text; null for an empty one. */
    private @Nullable String attributes;

    /** Milliseconds since the epoch; null for accounts older than the column. */
    @Column(name = "password_set_at")
    private @Nullable Long passwordSetAt;

    /** Milliseconds since the epoch; 0 if there was none since the column. */
    @Column(name = "last_sign_in_at")
    private long lastSignInAt;

    @Version
    private long version;

    @ManyToMany(fetch = FetchType.EAGER)
    @JoinTable(
            name = "auth_account_role",
            joinColumns = @JoinColumn(name = "account_id"),
            inverseJoinColumns = @JoinColumn(name = "role_name"))
    private Set<Role> roles = new LinkedHashSet<>();

    @ElementCollection(fetch = FetchType.EAGER)
    @CollectionTable(name = "auth_account_permission", joinColumns = @JoinColumn(name = "account_id"))
    @Column(name = "permission")
    private Set<String> permissions = new LinkedHashSet<>();

    /** For JPA. */
    protected Account() {}

    public Account(String id, Username username, String passwordHash, Instant createdAt) {
        this.id = id;
        this.username = username.shown();
        usernameKey = username.key();
        this.passwordHash = passwordHash;
        this.createdAt = createdAt.toEpochMilli();
        passwordSetAt = this.createdAt;
        enabled = true;
    }

    /** A random UUID in text form; the claim {@code sub}. */
    public String id() {
        return id;
    }

    public String username() {
        return username;
    }

    void username(Username name) {
        username = name.shown();
        usernameKey = name.key();
    }

    /** The case-folded name; see {@link Username#key}. */
    public String usernameKey() {
        return usernameKey;
    }

    public String passwordHash() {
        return passwordHash;
    }

    /** False for an account that its owner has been invited to, but has not signed in to. */
    public boolean hasPassword() {
        return !passwordHash.equals(PasswordHasher.NO_PASSWORD);
    }

    /** Replaces the hash by another one of the same password. */
    public void rehash(String hash) {
        passwordHash = hash;
    }

    void newPassword(String hash, Instant now) {
        passwordHash = hash;
        passwordVersion++;
        mustChangePassword = false;
        passwordSetAt = now.toEpochMilli();
    }

    /** Whether its sessions may do nothing but change the password. */
    public boolean mustChangePassword() {
        return mustChangePassword;
    }

    void mustChangePassword(boolean must) {
        mustChangePassword = must;
    }

    /** Incremented with every new password, which invalidates older device cookies. */
    public long passwordVersion() {
        return passwordVersion;
    }

    public boolean enabled() {
        return enabled;
    }

    public void enabled(boolean value) {
        enabled = value;
    }

    /** Incremented by every change that JPA makes; for {@code ETag}. */
    public long version() {
        return version;
    }

    /** Where mails to the account go, once it is {@link #emailVerified}. */
    public Optional<String> email() {
        return Optional.ofNullable(email);
    }

    public Optional<String> emailKey() {
        return Optional.ofNullable(emailKey);
    }

    /** Whether the account's owner has shown that mails to the address reach them, or an administrator vouches for it. */
    public boolean emailVerified() {
        return emailVerified;
    }

    /** The address if it is verified. */
    public Optional<String> verifiedEmail() {
        return emailVerified ? email() : Optional.empty();
    }

    public void email(Optional<EmailAddress> address, boolean verified) {
        email = address.map(EmailAddress::shown).orElse(null);
        emailKey = address.map(EmailAddress::key).orElse(null);
        emailVerified = verified && address.isPresent();
    }

    /** The language of mails: {@code en} or {@code de}. */
    public Optional<String> language() {
        return Optional.ofNullable(language);
    }

    public void language(Optional<String> tag) {
        language = tag.orElse(null);
    }

    /** A JSON object as text. */
    public String attributes() {
        return attributes == null ? "{}" : attributes;
    }

    public void attributes(String json) {
        attributes = json;
    }

    /** When the password was set; if that was before this was stored, when the account was created. */
    public Instant passwordSetAt() {
        return Instant.ofEpochMilli(passwordSetAt == null ? createdAt : passwordSetAt);
    }

    /** To the minute; empty if there was none since this is stored. */
    public Optional<Instant> lastSignInAt() {
        return lastSignInAt == 0 ? Optional.empty() : Optional.of(Instant.ofEpochMilli(lastSignInAt));
    }

    public Instant createdAt() {
        return Instant.ofEpochMilli(createdAt);
    }

    /** Names of the roles, sorted. */
    public List<String> roles() {
        return roles.stream().map(Role::name).sorted().toList();
    }

    public void roles(Set<Role> given) {
        roles = new LinkedHashSet<>(given);
    }

    /** Whether the account is enabled and has the role {@code admin}. */
    boolean isAdministrator() {
        return enabled && roles().contains(ADMIN);
    }

    /** The account's own permissions without those of its roles, sorted. */
    public List<String> ownPermissions() {
        return permissions.stream().sorted().toList();
    }

    public void ownPermissions(Set<String> given) {
        permissions = new LinkedHashSet<>(given);
    }

    /** The union of the roles' permissions and the account's own, sorted. */
    public List<String> permissions() {
        Set<String> all = new TreeSet<>(permissions);
        roles.forEach(role -> all.addAll(role.permissions()));
        return List.copyOf(all);
    }
}
