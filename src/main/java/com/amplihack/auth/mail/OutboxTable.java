package com.amplihack.auth.mail;

import com.amplihack.auth.database.Database;
import com.amplihack.auth.web.StrictJson;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.JsonString;
import jakarta.persistence.EntityManager;
import jakarta.persistence.Query;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;

/** The rows of the outbox. Every method throws {@code store_unavailable} when the database does not answer in time. */
@Singleton
class OutboxTable {
    /** Dead letters beyond these are deleted, the oldest first. */
    static final int MOST_DEAD = 10_000;

    private static final int LONGEST_ERROR = 400;

    private final Database database;

    @Inject
    OutboxTable(Database database) {
        this.database = database;
    }

    static void insert(EntityManager transaction, Mail mail, Instant now, Instant due, Instant giveUp) {
        query(
                        transaction,
                        "insert into auth_mail (id, kind, recipient, language, account_id, parameters, created_at, due_at,"
                                + " give_up_at, attempts, dead) values (?, ?, ?, ?, ?, ?, ?, ?, ?, 0, false)",
                        UUID.randomUUID().toString(),
                        mail.kind().name(),
                        mail.recipient(),
                        mail.language().orElse(""),
                        mail.accountId(),
                        json(mail.parameters()),
                        now.toEpochMilli(),
                        due.toEpochMilli(),
                        giveUp.toEpochMilli())
                .executeUpdate();
    }

    /** Whether the account was not told of it; it is from now on, until then. */
    static boolean tellOnce(EntityManager transaction, String accountId, String topic, Instant now, Instant until) {
        int again = query(
                        transaction,
                        "update auth_mail_once set until_at = ? where account_id = ? and topic = ? and until_at <= ?",
                        until.toEpochMilli(),
                        accountId,
                        topic,
                        now.toEpochMilli())
                .executeUpdate();
        if (again == 1) {
            return true;
        }
        boolean told = !query(
                        transaction,
                        "select until_at from auth_mail_once where account_id = ? and topic = ?",
                        accountId,
                        topic)
                .getResultList()
                .isEmpty();
        if (!told) {
            // a row that another transaction inserts meanwhile is a conflict, after which the whole is tried again
            query(
                            transaction,
                            "insert into auth_mail_once (account_id, topic, until_at) values (?, ?, ?)",
                            accountId,
                            topic,
                            until.toEpochMilli())
                    .executeUpdate();
        }
        return !told;
    }

    /** Mails whose time has come, those that wait longest first; of kinds that this version knows. */
    List<OutboxEntry> due(Instant now, int most) {
        String kinds = String.join(
                ",", Arrays.stream(MailKind.values()).map(kind -> "?").toList());
        List<Object> parameters = new ArrayList<>(List.of(now.toEpochMilli()));
        Arrays.stream(MailKind.values()).map(MailKind::name).forEach(parameters::add);
        return database.read(entities -> {
            Query query = query(
                            entities,
                            "select id, kind, recipient, language, account_id, parameters, created_at, give_up_at, attempts"
                                    + " from auth_mail where dead = false and due_at <= ? and kind in (" + kinds
                                    + ") order by due_at",
                            parameters.toArray())
                    .setMaxResults(most);
            List<OutboxEntry> entries = new ArrayList<>();
            for (Object row : query.getResultList()) {
                entries.add(entry((Object[]) row));
            }
            return entries;
        });
    }

    private static OutboxEntry entry(Object[] row) {
        Optional<String> language = Optional.ofNullable((String) row[3]).filter(tag -> !tag.isEmpty());
        Mail mail = new Mail(
                MailKind.valueOf((String) row[1]), (String) row[2], language, (String) row[4], parameters((String)
                        row[5]));
        return new OutboxEntry(
                (String) row[0], mail, Instant.ofEpochMilli(number(row[6])), Instant.ofEpochMilli(number(row[7])), (int)
                        number(row[8]));
    }

    /** Begins an attempt, of which there is one at a time until that instant; false if another node has begun it. */
    boolean claim(OutboxEntry entry, Instant now, Instant until) {
        return change(
                        "update auth_mail set attempts = attempts + 1, due_at = ? where id = ? and attempts = ? and dead = false"
                                + " and due_at <= ?",
                        until.toEpochMilli(),
                        entry.id(),
                        entry.attempts(),
                        now.toEpochMilli())
                == 1;
    }

    void delete(OutboxEntry entry) {
        change("delete from auth_mail where id = ?", entry.id());
    }

    /** Ends an attempt that failed. */
    void retry(OutboxEntry entry, Instant due, String error) {
        change(
                "update auth_mail set due_at = ?, last_error = ? where id = ?",
                due.toEpochMilli(),
                shortened(error),
                entry.id());
    }

    void bury(OutboxEntry entry, String error) {
        change("update auth_mail set dead = true, last_error = ? where id = ?", shortened(error), entry.id());
    }

    /**
     * Has every dead letter tried again.
     *
     * @return how many there were
     */
    int revive(Instant now, Instant giveUp) {
        return change(
                "update auth_mail set dead = false, due_at = ?, give_up_at = ? where dead = true",
                now.toEpochMilli(),
                giveUp.toEpochMilli());
    }

    /** Forgets dead letters that are too old or too many, and what recipients got in hours that are over. */
    void purge(Instant now, Instant deadBefore, Instant hoursBefore) {
        change("delete from auth_mail_once where until_at <= ?", now.toEpochMilli());
        change("delete from auth_mail where dead = true and created_at < ?", deadBefore.toEpochMilli());
        change("delete from auth_mail_recipient where began_at < ?", hoursBefore.toEpochMilli());
        database.write(entities -> {
            List<?> tooMany = query(
                            entities, "select created_at from auth_mail where dead = true order by created_at desc")
                    .setFirstResult(MOST_DEAD)
                    .setMaxResults(1)
                    .getResultList();
            return tooMany.isEmpty()
                    ? 0
                    : query(
                                    entities,
                                    "delete from auth_mail where dead = true and created_at <= ?",
                                    number(tooMany.get(0)))
                            .executeUpdate();
        });
    }

    static OutboxState state(Database database, Instant now) {
        return database.read(entities -> {
            Object[] waiting = (Object[])
                    query(entities, "select count(*), coalesce(min(created_at), 0) from auth_mail where dead = false")
                            .getSingleResult();
            long count = number(waiting[0]);
            long dead = number(query(entities, "select count(*) from auth_mail where dead = true")
                    .getSingleResult());
            Duration oldest =
                    count == 0 ? Duration.ZERO : Duration.between(Instant.ofEpochMilli(number(waiting[1])), now);
            return new OutboxState(count, dead, oldest.isNegative() ? Duration.ZERO : oldest);
        });
    }

    private int change(String sql, Object... values) {
        return database.write(entities -> query(entities, sql, values).executeUpdate());
    }

    static Query query(EntityManager entities, String sql, Object... values) {
        Query query = entities.createNativeQuery(sql);
        for (int i = 0; i < values.length; i++) {
            query.setParameter(i + 1, values[i]);
        }
        return query;
    }

    static long number(Object column) {
        return ((Number) column).longValue();
    }

    private static String shortened(String error) {
        return error.substring(0, Math.min(LONGEST_ERROR, error.length()));
    }

    private static String json(Map<String, String> parameters) {
        JsonObjectBuilder json = StrictJson.provider().createObjectBuilder();
        new TreeMap<>(parameters).forEach(json::add);
        return json.build().toString();
    }

    private static Map<String, String> parameters(String json) {
        JsonObject object = StrictJson.parse(json.getBytes(StandardCharsets.UTF_8));
        Map<String, String> parameters = new TreeMap<>();
        object.forEach((name, value) -> parameters.put(name, ((JsonString) value).getString()));
        return parameters;
    }
}
