package com.amplihack.auth.factor;

import com.amplihack.auth.database.Database;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.persistence.EntityManager;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;

/**
 * Recovery codes, each of which stands in for a lost factor once. They have 80 random bits, so that SHA-256 is enough to
 * store them: nobody tries that many.
 */
@Singleton
public class RecoveryCodes {
    static final int CODES = 10;

    /** Longer than any way of writing a code. */
    public static final int LONGEST = 64;

    private static final int CODE_BYTES = 10;
    private static final int GROUP = 4;

    /** Crockford's base 32, without letters that look like digits. */
    private static final String ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";

    private static final SecureRandom RANDOM = new SecureRandom();

    private final Database database;
    private final InstantSource clock;

    @Inject
    public RecoveryCodes(Database database, InstantSource clock) {
        this.database = database;
        this.clock = clock;
    }

    /** How many codes the account has left. */
    public int left(String accountId) {
        return (int)
                database.read(entities -> Factors.count(entities, "auth_recovery_code where account_id = ?", accountId))
                        .longValue();
    }

    /**
     * New codes; the old ones are void.
     *
     * @throws AuthException {@code invalid_request} if the account has no second factor
     */
    public List<String> replace(String accountId) {
        return database.write(entities -> {
            if (!Factors.has(entities, accountId)) {
                throw new AuthException(
                        ErrorCode.INVALID_REQUEST, "Without a second factor there is nothing to recover.");
            }
            return replace(entities, accountId, clock.instant());
        });
    }

    static List<String> replace(EntityManager transaction, String accountId, Instant now) {
        Factors.execute(transaction, "delete from auth_recovery_code where account_id = ?", accountId);
        List<String> codes = new ArrayList<>(CODES);
        for (int i = 0; i < CODES; i++) {
            String code = fresh();
            codes.add(code);
            Factors.execute(
                    transaction,
                    "insert into auth_recovery_code (account_id, hash, created_at) values (?, ?, ?)",
                    accountId,
                    hash(accountId, code),
                    now.toEpochMilli());
        }
        return List.copyOf(codes);
    }

    /** Uses a code up; false unless it is one of the account's and was not used before, on any node. */
    public boolean use(String accountId, String code) {
        return database.write(entities -> Factors.execute(
                        entities,
                        "delete from auth_recovery_code where account_id = ? and hash = ?",
                        accountId,
                        hash(accountId, code))
                == 1);
    }

    private static String fresh() {
        byte[] random = new byte[CODE_BYTES];
        RANDOM.nextBytes(random);
        String text = Base32.encode(random, ALPHABET);
        List<String> groups = new ArrayList<>();
        for (int i = 0; i < text.length(); i += GROUP) {
            groups.add(text.substring(i, i + GROUP));
        }
        return String.join("-", groups);
    }

    /** However the person has written it. */
    private static String canonical(String code) {
        return code.toLowerCase(Locale.ROOT)
                .replaceAll("[\\s-]", "")
                .replace('o', '0')
                .replace('i', '1')
                .replace('l', '1');
    }

    private static String hash(String accountId, String code) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256")
                    .digest(("recovery code\0" + accountId + '\0' + canonical(code)).getBytes(StandardCharsets.UTF_8));
            return Base64.getUrlEncoder().withoutPadding().encodeToString(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
