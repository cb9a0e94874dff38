package com.amplihack.auth.factor;

import com.amplihack.auth.database.Database;
import com.amplihack.auth.factor.SealKeys.Sealed;
import com.amplihack.auth.mail.MailKind;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import com.amplihack.auth.users.Account;
import com.amplihack.auth.users.Notices;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.persistence.EntityManager;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Time-based codes (RFC 6238): a secret of 160 bits for each account, sealed at rest; each code is good once on all nodes
 * together. A secret counts as a factor once a code of it was confirmed.
 */
@Singleton
public class Totp {
    /** RFC 4226 section 4, requirement R6: 160 bits recommended. */
    private static final int SECRET_BYTES = 20;

    private static final SecureRandom RANDOM = new SecureRandom();

    private final Database database;
    private final SealKeys keys;
    private final Notices notices;
    private final InstantSource clock;

    @Inject
    public Totp(Database database, SealKeys keys, Notices notices, InstantSource clock) {
        this.database = database;
        this.keys = keys;
        this.notices = notices;
        this.clock = clock;
    }

    /** A stored secret. */
    private record Row(Sealed sealed, boolean confirmed, long lastStep, Instant createdAt) {}

    /** When the account's codes were set up; empty if it has none. */
    public Optional<Instant> since(String accountId) {
        return database.read(entities -> row(entities, accountId))
                .filter(Row::confirmed)
                .map(Row::createdAt);
    }

    /**
     * Makes a secret to be confirmed, in place of another one that was not confirmed.
     *
     * @return in base32
     * @throws AuthException {@code invalid_request} if the account has one that is confirmed
     */
    public String begin(String accountId) {
        byte[] secret = new byte[SECRET_BYTES];
        RANDOM.nextBytes(secret);
        Sealed sealed = keys.seal(secret, context(accountId));
        long now = clock.millis();
        database.write(entities -> {
            if (row(entities, accountId).filter(Row::confirmed).isPresent()) {
                throw new AuthException(
                        ErrorCode.INVALID_REQUEST, "You have an authenticator app: remove it first, or keep it.");
            }
            Factors.execute(entities, "delete from auth_totp where account_id = ? and confirmed = false", accountId);
            return Factors.execute(
                    entities,
                    "insert into auth_totp (account_id, sealed_secret, seal_key, confirmed, last_step, created_at)"
                            + " values (?, ?, ?, false, 0, ?)",
                    accountId,
                    sealed.text(),
                    sealed.key(),
                    now);
        });
        return Base32.encode(secret, Base32.RFC_4648);
    }

    /**
     * Confirms the secret by a code, which makes it a factor; tells the account's owner.
     *
     * @return new recovery codes; the old ones are void. Empty if the code is wrong
     * @throws AuthException {@code invalid_request} if there is no secret to confirm
     */
    public Optional<List<String>> confirm(Account account, String code) {
        Row row = database.read(entities -> row(entities, account.id()))
                .filter(found -> !found.confirmed())
                .orElseThrow(() -> new AuthException(
                        ErrorCode.INVALID_REQUEST, "There is nothing to confirm: POST /auth/mfa/totp first."));
        OptionalLong step = TotpCode.step(keys.open(row.sealed(), context(account.id())), code, clock.instant());
        if (step.isEmpty()) {
            return Optional.empty();
        }
        return database.write(entities -> {
            int confirmed = Factors.execute(
                    entities,
                    "update auth_totp set confirmed = true, last_step = ?"
                            + " where account_id = ? and confirmed = false and sealed_secret = ?",
                    step.getAsLong(),
                    account.id(),
                    row.sealed().text());
            if (confirmed != 1) {
                return Optional.empty(); // confirmed or replaced meanwhile
            }
            Factors.changed(entities, account.id());
            notices.tell(
                    entities, account, MailKind.FACTOR_ADDED, Map.of("username", account.username(), "method", "totp"));
            return Optional.of(RecoveryCodes.replace(entities, account.id(), clock.instant()));
        });
    }

    /** Whether it is a current code of the account that was not used before; uses it up. */
    public boolean check(String accountId, String code) {
        Optional<Row> row = database.read(entities -> row(entities, accountId)).filter(Row::confirmed);
        if (row.isEmpty()) {
            return false;
        }
        Sealed sealed = row.get().sealed();
        byte[] secret = keys.open(sealed, context(accountId));
        OptionalLong step = TotpCode.step(secret, code, clock.instant());
        if (step.isEmpty()) {
            return false;
        }
        Sealed current = keys.isOutdated(sealed) ? keys.seal(secret, context(accountId)) : sealed;
        // RFC 6238 section 5.2: the condition makes it once for all nodes, and no older step after it
        return database.write(entities -> Factors.execute(
                        entities,
                        "update auth_totp set last_step = ?, sealed_secret = ?, seal_key = ?"
                                + " where account_id = ? and confirmed = true and sealed_secret = ? and last_step < ?",
                        step.getAsLong(),
                        current.text(),
                        current.key(),
                        accountId,
                        sealed.text(),
                        step.getAsLong())
                == 1);
    }

    /** Removes the account's codes, and tells its owner; returns whether there were any. */
    public boolean remove(Account account) {
        return database.write(entities -> {
            boolean removed = remove(entities, account.id());
            if (removed) {
                Factors.changed(entities, account.id());
                notices.tell(
                        entities,
                        account,
                        MailKind.FACTOR_REMOVED,
                        Map.of("username", account.username(), "method", "totp"));
            }
            return removed;
        });
    }

    static boolean remove(EntityManager transaction, String accountId) {
        return Factors.execute(transaction, "delete from auth_totp where account_id = ?", accountId) > 0;
    }

    private static Optional<Row> row(EntityManager entities, String accountId) {
        return Factors.rows(
                        entities,
                        "select sealed_secret, seal_key, confirmed, last_step, created_at from auth_totp where account_id = ?",
                        accountId)
                .stream()
                .findFirst()
                .map(columns -> new Row(
                        new Sealed((String) columns[1], (String) columns[0]),
                        (Boolean) columns[2],
                        ((Number) columns[3]).longValue(),
                        Instant.ofEpochMilli(((Number) columns[4]).longValue())));
    }

    private static String context(String accountId) {
        return "amplihack-auth totp v1\0" + accountId;
    }
}
