package com.amplihack.auth.apikey.management;

import com.amplihack.auth.apikey.ApiKey;
import com.amplihack.auth.audit.AuditEntry;
import com.amplihack.auth.audit.AuditEvent;
import com.amplihack.auth.audit.AuditLog;
import com.amplihack.auth.database.Database;
import com.amplihack.auth.mail.MailKind;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import com.amplihack.auth.store.KeyStore;
import com.amplihack.auth.store.budget.Budget;
import com.amplihack.auth.store.budget.BudgetStore;
import com.amplihack.auth.token.AccessToken;
import com.amplihack.auth.users.Account;
import com.amplihack.auth.users.Notices;
import com.amplihack.auth.users.RightsCheck;
import com.amplihack.auth.web.ClientContext;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.persistence.EntityManager;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * Makes, changes, rotates and revokes API keys, and audits it. The store is told after the database: a copy that is read
 * before the commit is outdated by it. After {@code store_unavailable} a change may be stored, and must be repeated.
 */
@Singleton
public class KeyAdministration {
    /** How many live keys an account can have. */
    static final int MOST = 20_000;

    private static final SecureRandom RANDOM = new SecureRandom();

    private final Database database;
    private final KeyStore store;
    private final BudgetStore budgets;
    private final AuditLog audit;
    private final Notices notices;
    private final InstantSource clock;

    @Inject
    public KeyAdministration(
            Database database,
            KeyStore store,
            BudgetStore budgets,
            AuditLog audit,
            Notices notices,
            InstantSource clock) {
        this.database = database;
        this.store = store;
        this.budgets = budgets;
        this.audit = audit;
        this.notices = notices;
        this.clock = clock;
    }

    /** Who asks for a change. */
    public record Actor(AccessToken token, ClientContext client) {}

    /**
     * Makes a key.
     *
     * @param accountId whose key it will be
     * @param allowed checks the caller, the account, and the roles and permissions with which the key will act
     * @return empty when there is no account with that id
     * @throws AuthException {@code invalid_request} for a permission that the account does not have, or too many keys;
     *     or what {@code allowed} throws
     */
    public Optional<NewKey> create(String accountId, KeyRequest wanted, RightsCheck allowed, Actor by) {
        Optional<Changed<NewKey>> made =
                write(allowed, entities -> account(entities, accountId).map(account -> {
                    allowed.requireChangeable(account);
                    KeyTerms terms = wanted.terms();
                    requireHeld(terms.permissions().orElse(Set.of()), account);
                    allowed.require(account.username(), terms.rolesOf(account), terms.permissionsOf(account));
                    requireRoom(entities, accountId);
                    return new Changed<>(account, add(entities, account, terms, wanted.validDays(), by));
                }));
        made.ifPresent(changed -> {
            KeyRecord key = changed.result().record();
            audit.record(entry(AuditEvent.API_KEY_CREATED, changed.account(), key, by)
                    .detail("expires_at", key.expiresAt()));
        });
        return made.map(Changed::result);
    }

    /**
     * Makes a successor of a key with the same rights, and ends the key after the overlap.
     *
     * @param maxDays how long the successor is good at most
     * @return empty when the account has no live key with that id
     * @throws AuthException {@code invalid_request} for too many keys
     */
    public Optional<NewKey> rotate(String accountId, String keyId, Duration overlap, int maxDays, Actor by) {
        Instant now = clock.instant();
        Optional<Changed<NewKey>> made = write(RightsCheck.NONE, entities -> find(entities, accountId, keyId)
                .filter(old -> old.isLive(now))
                .flatMap(old -> account(entities, accountId).map(account -> {
                    requireRoom(entities, accountId);
                    old.endBy(now.plus(overlap));
                    return new Changed<>(
                            account, add(entities, account, old.terms(), Math.min(old.validDays(), maxDays), by));
                })));
        made.ifPresent(changed -> {
            store.changeLimits(List.of(accountId));
            KeyRecord key = changed.result().record();
            audit.record(entry(AuditEvent.API_KEY_CREATED, changed.account(), key, by)
                    .detail("expires_at", key.expiresAt())
                    .detail("rotated_from", keyId)
                    .detail("overlap_minutes", overlap.toMinutes()));
        });
        return made.map(Changed::result);
    }

    /**
     * Changes the terms of a key.
     *
     * @return empty when the account has no key with that id
     * @throws AuthException {@code invalid_request} for a new permission that the account does not have, or what the
     *     change throws
     */
    public Optional<KeyRecord> change(String accountId, String keyId, UnaryOperator<KeyTerms> change, Actor by) {
        Optional<Changed<Patched>> made = write(RightsCheck.NONE, entities -> find(entities, accountId, keyId)
                .filter(key -> !key.isRevoked())
                .flatMap(key -> account(entities, accountId).map(account -> {
                    KeyTerms before = key.terms();
                    KeyTerms after = change.apply(before);
                    if (!after.permissions().equals(before.permissions())) {
                        requireHeld(after.permissions().orElse(Set.of()), account);
                    }
                    key.terms(after);
                    return new Changed<>(
                            account, new Patched(key, !after.budget().equals(before.budget())));
                })));
        made.ifPresent(changed -> {
            Patched patched = changed.result();
            if (patched.budgetToo()) {
                budgets.recount(List.of(accountId), Budget.Scope.KEY, keyId);
            }
            store.changeLimits(List.of(accountId));
            audit.record(entry(AuditEvent.API_KEY_CHANGED, changed.account(), patched.key(), by)
                    .detail("after", ApiKeyJson.of(patched.key()).build()));
        });
        return made.map(changed -> changed.result().key());
    }

    private record Patched(KeyRecord key, boolean budgetToo) {}

    /**
     * Revokes a key of an account.
     *
     * @return whether the account had it
     */
    public boolean revoke(String accountId, String keyId, Actor by) {
        return revoked(
                write(RightsCheck.NONE, entities -> find(entities, accountId, keyId)
                        .flatMap(key -> revoke(entities, key))),
                by);
    }

    /**
     * Revokes anybody's key.
     *
     * @param allowed checks the caller and the key's account
     * @return whether there was one with that id
     */
    public boolean revoke(String keyId, RightsCheck allowed, Actor by) {
        return revoked(
                write(allowed, entities -> Optional.ofNullable(entities.find(KeyRecord.class, keyId))
                        .flatMap(key -> {
                            account(entities, key.accountId()).ifPresent(allowed::requireChangeable);
                            return revoke(entities, key);
                        })),
                by);
    }

    /** A key that is revoked already is revoked in the store again, which an earlier attempt may not have reached. */
    private boolean revoked(Optional<Changed<Revoked>> revoked, Actor by) {
        revoked.ifPresent(changed ->
                store.killKey(changed.account().id(), changed.result().key().id()));
        Optional<Changed<Revoked>> now =
                revoked.filter(changed -> !changed.result().before());
        now.ifPresent(changed -> audit.record(entry(
                AuditEvent.API_KEY_REVOKED, changed.account(), changed.result().key(), by)));
        return now.isPresent();
    }

    private record Revoked(KeyRecord key, boolean before) {}

    private Optional<Changed<Revoked>> revoke(EntityManager entities, KeyRecord key) {
        return account(entities, key.accountId()).map(account -> {
            boolean before = key.isRevoked();
            key.revoke(clock.instant());
            return new Changed<>(account, new Revoked(key, before));
        });
    }

    private record Changed<T>(Account account, T result) {}

    /** Owners change their own keys without waiting for changes of accounts. */
    private <T> T write(RightsCheck allowed, Function<EntityManager, T> change) {
        if (allowed == RightsCheck.NONE) {
            return database.write(change);
        }
        return database.writeSerialized(entities -> {
            allowed.requireCaller(id -> account(entities, id));
            return change.apply(entities);
        });
    }

    private NewKey add(EntityManager entities, Account account, KeyTerms terms, int validDays, Actor by) {
        ApiKey key = ApiKey.random(RANDOM);
        KeyRecord record = new KeyRecord(key, account.id(), terms, validDays, clock.instant());
        entities.persist(record);
        boolean own = account.id().equals(by.token().subject());
        Map<String, String> parameters = new HashMap<>(record.parameters());
        parameters.putAll(own ? Map.of("ip_address", by.client().address()) : Map.of("method", "administrator"));
        notices.tell(entities, account, MailKind.API_KEY_CREATED, parameters);
        return new NewKey(key, record);
    }

    private static Optional<Account> account(EntityManager entities, String id) {
        return Optional.ofNullable(entities.find(Account.class, id));
    }

    private static Optional<KeyRecord> find(EntityManager entities, String accountId, String keyId) {
        return Optional.ofNullable(entities.find(KeyRecord.class, keyId))
                .filter(key -> key.accountId().equals(accountId));
    }

    private static void requireHeld(Set<String> permissions, Account account) {
        permissions.stream()
                .filter(permission -> !account.permissions().contains(permission))
                .findFirst()
                .ifPresent(missing -> {
                    throw new AuthException(
                            ErrorCode.INVALID_REQUEST, "permissions: the account does not have " + missing + ".");
                });
    }

    private void requireRoom(EntityManager entities, String accountId) {
        long live = entities.createQuery(
                        "select count(k) from KeyRecord k where k.accountId = :account and k.expiresAt > :now",
                        Long.class)
                .setParameter("account", accountId)
                .setParameter("now", clock.instant().toEpochMilli())
                .getSingleResult();
        if (live >= MOST) {
            throw new AuthException(
                    ErrorCode.INVALID_REQUEST,
                    "The account has " + MOST + " keys: revoke those that it does not need.");
        }
    }

    private static AuditEntry entry(AuditEvent event, Account account, KeyRecord key, Actor by) {
        AuditEntry entry = AuditEntry.of(event, by.client())
                .user(account.id(), account.username())
                .detail("key_id", key.id())
                .detail("name", key.terms().name());
        return account.id().equals(by.token().subject())
                ? entry.session(by.token().sid())
                : entry.actor("account:" + by.token().username());
    }
}
