package com.amplihack.auth.users.selfservice;

import com.amplihack.auth.config.source.Secret;
import com.amplihack.auth.database.Database;
import com.amplihack.auth.mail.MailKind;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.persistence.EntityManager;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Keeps {@link Ticket}s under the SHA-256 of their tokens, so that whoever reads the database can use none. Every method
 * throws {@code store_unavailable} when the database does not answer in time.
 */
@Singleton
class Tickets {
    /** As many links for a forgotten password are good at a time; of the other kinds only the latest is. */
    static final int RESETS_PER_ACCOUNT = 3;

    private static final int TOKEN_BYTES = 32;
    private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9_-]{43}");
    private static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();
    private static final SecureRandom RANDOM = new SecureRandom();

    private final Database database;
    private final InstantSource clock;

    @Inject
    Tickets(Database database, InstantSource clock) {
        this.database = database;
        this.clock = clock;
    }

    /** For how long a link is good. */
    static Duration life(MailKind purpose) {
        return switch (purpose) {
            case PASSWORD_RESET -> Duration.ofMinutes(30);
            case EMAIL_VERIFICATION -> Duration.ofHours(24);
            case INVITATION -> Duration.ofDays(7);
            default -> throw new IllegalArgumentException(purpose + " has no link");
        };
    }

    /**
     * Stores a ticket and makes room for it.
     *
     * @return its token of 256 random bits in base64url; empty when there is no such account any more
     */
    Optional<String> issue(Ticket ticket) {
        byte[] random = new byte[TOKEN_BYTES];
        RANDOM.nextBytes(random);
        String token = BASE64.encodeToString(random);
        Instant now = clock.instant();
        return database.write(entities -> {
            // one mail of an account at a time, or two could leave one ticket too many
            boolean exists = !entities.createNativeQuery("select id from auth_account where id = ? for update")
                    .setParameter(1, ticket.accountId())
                    .getResultList()
                    .isEmpty();
            if (!exists) {
                return Optional.empty();
            }
            makeRoom(entities, ticket);
            entities.createNativeQuery("insert into auth_ticket"
                            + " (hash, purpose, account_id, email, password_version, created_at, expires_at, former_email,"
                            + " sessions_ended) values (?, ?, ?, ?, ?, ?, ?, ?, ?)")
                    .setParameter(1, hash(token))
                    .setParameter(2, ticket.purpose().id())
                    .setParameter(3, ticket.accountId())
                    .setParameter(4, ticket.email())
                    .setParameter(5, ticket.passwordVersion())
                    .setParameter(6, now.toEpochMilli())
                    .setParameter(7, now.plus(life(ticket.purpose())).toEpochMilli())
                    .setParameter(8, ticket.formerEmail())
                    .setParameter(9, ticket.sessionsEnded())
                    .executeUpdate();
            return Optional.of(token);
        });
    }

    private static void makeRoom(EntityManager entities, Ticket ticket) {
        int keep = ticket.purpose() == MailKind.PASSWORD_RESET ? RESETS_PER_ACCOUNT - 1 : 0;
        List<?> hashes = entities.createNativeQuery(
                        "select hash from auth_ticket where account_id = ? and purpose = ? order by created_at desc")
                .setParameter(1, ticket.accountId())
                .setParameter(2, ticket.purpose().id())
                .getResultList();
        hashes.stream().skip(keep).forEach(hash -> entities.createNativeQuery("delete from auth_ticket where hash = ?")
                .setParameter(1, hash)
                .executeUpdate());
    }

    /** Voids what an account has of a kind. */
    static void revoke(EntityManager transaction, MailKind purpose, String accountId) {
        transaction
                .createNativeQuery("delete from auth_ticket where account_id = ? and purpose = ?")
                .setParameter(1, accountId)
                .setParameter(2, purpose.id())
                .executeUpdate();
    }

    /** The ticket of a token, which stays; empty if there is none for that purpose, or it has expired. */
    Optional<Ticket> look(MailKind purpose, Secret token) {
        if (!TOKEN.matcher(token.reveal()).matches()) {
            return Optional.empty();
        }
        return database.read(entities -> {
            List<?> rows = entities.createNativeQuery("select account_id, email, password_version, former_email,"
                            + " sessions_ended from auth_ticket"
                            + " where hash = ? and purpose = ? and expires_at > ?")
                    .setParameter(1, hash(token.reveal()))
                    .setParameter(2, purpose.id())
                    .setParameter(3, clock.instant().toEpochMilli())
                    .getResultList();
            return rows.stream().findFirst().map(row -> ticket(purpose, (Object[]) row));
        });
    }

    private static Ticket ticket(MailKind purpose, Object[] columns) {
        return new Ticket(
                purpose,
                (String) columns[0],
                (String) columns[1],
                ((Number) columns[2]).longValue(),
                (String) columns[3],
                ((Number) columns[4]).longValue());
    }

    /**
     * Uses up a ticket. Of any number of transactions one deletes the row; the others wait for it and find nothing.
     *
     * @throws AuthException {@code invalid_link} when it is gone or has expired
     */
    void use(EntityManager transaction, MailKind purpose, Secret token) {
        int used = transaction
                .createNativeQuery("delete from auth_ticket where hash = ? and purpose = ? and expires_at > ?")
                .setParameter(1, hash(token.reveal()))
                .setParameter(2, purpose.id())
                .setParameter(3, clock.instant().toEpochMilli())
                .executeUpdate();
        if (used != 1) {
            throw invalid();
        }
    }

    /** One refusal for every reason. */
    static AuthException invalid() {
        return new AuthException(
                ErrorCode.INVALID_LINK,
                "The link is not valid: it may be used, expired or replaced. Ask for a new one.");
    }

    /** Deletes what has expired; returns how many. */
    int purge() {
        return database.write(entities -> entities.createNativeQuery("delete from auth_ticket where expires_at <= ?")
                .setParameter(1, clock.instant().toEpochMilli())
                .executeUpdate());
    }

    private static String hash(String token) {
        try {
            return BASE64.encodeToString(
                    MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.US_ASCII)));
        } catch (NoSuchAlgorithmException impossible) { // every Java has it
            throw new IllegalStateException(impossible);
        }
    }
}
