package com.amplihack.auth.mail;

import jakarta.persistence.EntityManager;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.text.Normalizer;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Bounds what one recipient gets within an hour: of mails with a link, which strangers can cause, more are not sent; of notices,
 * more wait, for a day at most. Each sort is counted by itself, so that notices never keep somebody from a link.
 */
final class RecipientLimit {
    /** Counts older than this are of no use. */
    static final Duration LONGEST_WAIT = Duration.ofDays(1);

    private static final Duration WINDOW = Duration.ofHours(1);

    private RecipientLimit() {}

    /**
     * Counts a mail in the transaction that puts it.
     *
     * @param limit mails of its sort in an hour; 0 for any number
     * @return from when on it may be sent; empty if it must not be
     */
    static Optional<Instant> admit(EntityManager transaction, Mail mail, int limit, Instant now) {
        if (limit == 0) {
            return Optional.of(now);
        }
        String key = key(mail.recipient());
        String column = mail.kind().link().isPresent() ? "links" : "notices";
        List<?> rows = OutboxTable.query(
                        transaction,
                        "select began_at, " + column + " from auth_mail_recipient where recipient_key = ? for update",
                        key)
                .getResultList();
        if (rows.isEmpty()) {
            // a row that another transaction inserts meanwhile is a conflict, after which the whole is tried again
            OutboxTable.query(
                            transaction,
                            "insert into auth_mail_recipient (recipient_key, began_at, links, notices) values (?, ?, 0, 0)",
                            key,
                            now.toEpochMilli())
                    .executeUpdate();
        }
        Object[] row = rows.isEmpty() ? new Object[] {now.toEpochMilli(), 0} : (Object[]) rows.get(0);
        Instant began = Instant.ofEpochMilli(OutboxTable.number(row[0]));
        long counted = OutboxTable.number(row[1]);
        if (!now.isBefore(began.plus(WINDOW))) {
            long hours = Duration.between(began, now).dividedBy(WINDOW);
            began = began.plus(WINDOW.multipliedBy(hours));
            // notices that wait have taken places of the hours to come
            OutboxTable.query(
                            transaction,
                            "update auth_mail_recipient set began_at = ?, links = 0, notices = case when notices > ? then"
                                    + " notices - ? else 0 end where recipient_key = ?",
                            began.toEpochMilli(),
                            limit * hours,
                            limit * hours,
                            key)
                    .executeUpdate();
            counted = mail.kind().link().isPresent() ? 0 : Math.max(0, counted - limit * hours);
        }
        Instant turn = began.plus(WINDOW.multipliedBy(counted / limit));
        boolean tooMany = mail.kind().link().isPresent() ? counted >= limit : turn.isAfter(now.plus(LONGEST_WAIT));
        if (tooMany) {
            return Optional.empty();
        }
        OutboxTable.query(
                        transaction,
                        "update auth_mail_recipient set " + column + " = " + column + " + 1 where recipient_key = ?",
                        key)
                .executeUpdate();
        return Optional.of(turn.isBefore(now) ? now : turn);
    }

    /** Spellings that reach one mailbox are one recipient: case, and what follows a plus sign (RFC 5233). */
    static String key(String recipient) {
        String folded = Normalizer.normalize(recipient, Normalizer.Form.NFKC).toLowerCase(Locale.ROOT);
        int at = folded.lastIndexOf('@');
        int plus = folded.indexOf('+');
        String mailbox = plus > 0 && plus < at ? folded.substring(0, plus) + folded.substring(at) : folded;
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(mailbox.getBytes(StandardCharsets.UTF_8));
            return Base64.getUrlEncoder().withoutPadding().encodeToString(hash);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
