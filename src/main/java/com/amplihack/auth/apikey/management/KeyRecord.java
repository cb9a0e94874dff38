package com.amplihack.auth.apikey.management;

import com.amplihack.auth.apikey.ApiKey;
import com.amplihack.auth.store.budget.Budget;
import com.amplihack.auth.store.budget.Budget.Scope;
import com.amplihack.auth.store.budget.Budget.Window;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import jakarta.persistence.Version;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** An API key in the database, without its secret. */
@Entity
@Table(name = "auth_api_key")
public class KeyRecord {
    private static final String SEPARATOR = " ";

    /** Sorts before every character of a name. */
    private static final String AFTER_NAME = "\t";

    @Id
    private String id;

    @Column(name = "account_id")
    private String accountId;

    private String hash;

    private String name;

    @Column(name = "sort_key")
    private String sortKey;

    private @Nullable String permissions;

    private String models;

    private String cidrs;

    @Column(name = "budget_tokens")
    private @Nullable Long budgetTokens;

    @Column(name = "budget_requests")
    private @Nullable Long budgetRequests;

    @Column(name = "budget_window")
    @Enumerated(EnumType.STRING)
    private @Nullable Window budgetWindow;

    /** Milliseconds since the epoch, which every database stores without loss. */
    @Column(name = "created_at")
    private long createdAt;

    @Column(name = "expires_at")
    private long expiresAt;

    @Column(name = "valid_days")
    private int validDays;

    private boolean revoked;

    private boolean warned;

    @Version
    private long version;

    /** For JPA. */
    protected KeyRecord() {}

    KeyRecord(ApiKey key, String accountId, KeyTerms terms, int validDays, Instant now) {
        id = key.id();
        hash = key.hash();
        this.accountId = accountId;
        this.validDays = validDays;
        createdAt = now.toEpochMilli();
        expiresAt = now.plus(Duration.ofDays(validDays)).toEpochMilli();
        terms(terms);
    }

    /** See {@link ApiKey#id}. */
    public String id() {
        return id;
    }

    public String accountId() {
        return accountId;
    }

    /** See {@link ApiKey#hash}. */
    String hash() {
        return hash;
    }

    /** Its place in lists: by name, and then by id. */
    String sortKey() {
        return sortKey;
    }

    public Instant createdAt() {
        return Instant.ofEpochMilli(createdAt);
    }

    /** What a mail says about it. */
    Map<String, String> parameters() {
        return Map.of(
                "name",
                name,
                "key",
                id,
                "expires_at",
                expiresAt().truncatedTo(ChronoUnit.SECONDS).toString());
    }

    public Instant expiresAt() {
        return Instant.ofEpochMilli(expiresAt);
    }

    /** For how many days it was made. */
    int validDays() {
        return validDays;
    }

    /** Whether it is neither revoked nor expired. */
    boolean isLive(Instant now) {
        return !revoked && now.toEpochMilli() < expiresAt;
    }

    boolean isRevoked() {
        return revoked;
    }

    void revoke(Instant now) {
        revoked = true;
        endBy(now);
    }

    /** Ends it at that time, unless it ends earlier. */
    void endBy(Instant end) {
        expiresAt = Math.min(expiresAt, end.toEpochMilli());
        warned = true; // whoever has ended it knows
    }

    /** Notes that its end was announced; returns whether nobody had noted that. */
    boolean warn() {
        boolean first = !warned;
        warned = true;
        return first;
    }

    public KeyTerms terms() {
        return new KeyTerms(
                name, Optional.ofNullable(permissions).map(KeyRecord::split), split(models), split(cidrs), budget(""));
    }

    final void terms(KeyTerms terms) {
        name = terms.name();
        sortKey = sortPrefix(name) + AFTER_NAME + id;
        permissions = terms.permissions().map(KeyRecord::join).orElse(null);
        models = join(terms.models());
        cidrs = join(terms.cidrs());
        budgetTokens = terms.budget().map(KeyRecord::tokens).orElse(null);
        budgetRequests = terms.budget().map(KeyRecord::requests).orElse(null);
        budgetWindow = terms.budget().map(Budget::window).orElse(null);
    }

    /** The key's own budget, by which the store counts. */
    Optional<Budget> budget() {
        return budget(id);
    }

    private Optional<Budget> budget(String owner) {
        return Optional.ofNullable(budgetWindow)
                .map(window -> new Budget(Scope.KEY, owner, optional(budgetTokens), optional(budgetRequests), window));
    }

    /** What the places in lists of all keys begin with whose names begin so. */
    static String sortPrefix(String name) {
        return KeyTerms.normalize(name).toLowerCase(Locale.ROOT);
    }

    private static OptionalLong optional(@Nullable Long value) {
        return value == null ? OptionalLong.empty() : OptionalLong.of(value);
    }

    private static @Nullable Long tokens(Budget budget) {
        return budget.tokens().isPresent() ? budget.tokens().getAsLong() : null;
    }

    private static @Nullable Long requests(Budget budget) {
        return budget.requests().isPresent() ? budget.requests().getAsLong() : null;
    }

    private static String join(Set<String> values) {
        return values.stream().sorted().collect(Collectors.joining(SEPARATOR));
    }

    private static Set<String> split(String joined) {
        List<String> values = joined.isEmpty() ? List.of() : Arrays.asList(joined.split(SEPARATOR));
        return new TreeSet<>(values);
    }
}
