package com.amplihack.auth.factor;

import com.amplihack.auth.audit.AuditEntry;
import com.amplihack.auth.audit.AuditEvent;
import com.amplihack.auth.audit.AuditLog;
import com.amplihack.auth.config.Configuration;
import com.amplihack.auth.database.Database;
import com.amplihack.auth.store.SessionStore;
import com.amplihack.auth.users.Account;
import com.amplihack.auth.web.ClientContext;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.persistence.EntityManager;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;

/**
 * Devices that their users let be remembered: for {@code auth.mfa.remember.days} their device cookie stands for the second
 * factor at a sign-in, until a factor or the password changes. At most {@value #MOST} for each account.
 */
@Singleton
public class RememberedDevices {
    static final int MOST = 20;
    private static final int ID_BYTES = 16;

    private final Database database;
    private final Configuration configuration;
    private final AuditLog audit;
    private final InstantSource clock;

    @Inject
    public RememberedDevices(Database database, Configuration configuration, AuditLog audit, InstantSource clock) {
        this.database = database;
        this.configuration = configuration;
        this.audit = audit;
        this.clock = clock;
    }

    /**
     * A device.
     *
     * @param id a hash of its cookie's nonce
     * @param name the start of its user agent
     * @param address from which it was remembered
     */
    public record Remembered(String id, String name, String address, Instant since, Instant until) {}

    /** Whether any device may be remembered. */
    public boolean isOffered() {
        return !life().isZero();
    }

    /** Remembers the device with that cookie's nonce, in place of the oldest one if there are too many. */
    public void remember(Account account, String nonce, ClientContext client) {
        String accountId = account.id();
        if (!isOffered() || !database.read(entities -> Factors.has(entities, accountId))) {
            return;
        }
        SessionStore.Device device = SessionStore.Device.of(client);
        database.write(entities -> {
            Factors.rows(
                            entities,
                            "select id, created_at from auth_remembered_device where account_id = ?"
                                    + " order by created_at desc",
                            accountId)
                    .stream()
                    .skip(MOST - 1L)
                    .forEach(row -> forget(entities, accountId, (String) row[0]));
            return Factors.execute(
                    entities,
                    "insert into auth_remembered_device (account_id, id, name, address, created_at) values (?, ?, ?, ?, ?)",
                    accountId,
                    id(nonce),
                    device.name(),
                    client.address(),
                    clock.millis());
        });
        audit.record(AuditEntry.of(AuditEvent.DEVICE_REMEMBERED, client).user(accountId, account.username()));
    }

    /** Whether the device with that cookie's nonce stands for the account's second factor. */
    public boolean stands(String accountId, String nonce) {
        return isOffered()
                && database.read(entities -> Factors.count(
                                entities,
                                "auth_remembered_device where account_id = ? and id = ? and created_at > ?",
                                accountId,
                                id(nonce),
                                oldest()))
                        > 0;
    }

    /** The account's devices, the latest first. */
    public List<Remembered> list(String accountId) {
        Duration life = life();
        return database
                .read(entities -> Factors.rows(
                        entities,
                        "select id, name, address, created_at from auth_remembered_device"
                                + " where account_id = ? and created_at > ? order by created_at desc",
                        accountId,
                        oldest()))
                .stream()
                .map(row -> {
                    Instant since = Instant.ofEpochMilli(((Number) row[3]).longValue());
                    return new Remembered((String) row[0], (String) row[1], (String) row[2], since, since.plus(life));
                })
                .toList();
    }

    /** Forgets a device for its owner; returns whether it was one of the account's. */
    public boolean forget(String accountId, String id, ClientContext client) {
        boolean forgotten = database.write(entities -> forget(entities, accountId, id)) > 0;
        if (forgotten) {
            audit.record(AuditEntry.of(AuditEvent.DEVICE_FORGOTTEN, client).user(accountId));
        }
        return forgotten;
    }

    private static int forget(EntityManager transaction, String accountId, String id) {
        return Factors.execute(
                transaction, "delete from auth_remembered_device where account_id = ? and id = ?", accountId, id);
    }

    /** Forgets all devices of the account, if any may be remembered. */
    public void forgetAll(String accountId) {
        if (isOffered()) {
            database.write(entities -> {
                forget(entities, accountId);
                return accountId;
            });
        }
    }

    /** Forgets all devices of the account. */
    static void forget(EntityManager transaction, String accountId) {
        Factors.execute(transaction, "delete from auth_remembered_device where account_id = ?", accountId);
    }

    private long oldest() {
        return clock.instant().minus(life()).toEpochMilli();
    }

    private Duration life() {
        return configuration.settings().factors().remember();
    }

    private static String id(String nonce) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256")
                    .digest(("remembered device\0" + nonce).getBytes(StandardCharsets.UTF_8));
            return Base64.getUrlEncoder().withoutPadding().encodeToString(Arrays.copyOf(hash, ID_BYTES));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
