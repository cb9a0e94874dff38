package com.amplihack.auth.apikey.management;

import com.amplihack.auth.audit.AuditEntry;
import com.amplihack.auth.audit.AuditEvent;
import com.amplihack.auth.audit.AuditLog;
import com.amplihack.auth.database.Database;
import com.amplihack.auth.mail.MailKind;
import com.amplihack.auth.users.Account;
import com.amplihack.auth.users.Notices;
import com.amplihack.auth.web.ClientContext;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/** Audits that keys expire soon, once for each, on whichever node comes first; forgets keys that ended long ago. */
@Singleton
public class KeyExpiry {
    static final Duration NOTICE = Duration.ofDays(7);

    /** How long a key that has ended can still be told from one that never was. */
    static final Duration KEPT = Duration.ofDays(90);

    private static final int BATCH = 200;

    private final Database database;
    private final AuditLog audit;
    private final Notices notices;
    private final InstantSource clock;

    @Inject
    public KeyExpiry(Database database, AuditLog audit, Notices notices, InstantSource clock) {
        this.database = database;
        this.audit = audit;
        this.notices = notices;
        this.clock = clock;
    }

    /** Warns of the keys that are due, at most a few hundred; the next call does the rest. */
    public void warn() {
        Instant now = clock.instant();
        for (Object[] due : due(now)) {
            KeyRecord key = (KeyRecord) due[0];
            if (claim(key.id())) {
                audit.record(AuditEntry.of(AuditEvent.API_KEY_EXPIRING, ClientContext.NONE)
                        .user(key.accountId(), (String) due[1])
                        .detail("key_id", key.id())
                        .detail("name", key.terms().name())
                        .detail("expires_at", key.expiresAt()));
            }
        }
    }

    private List<Object[]> due(Instant now) {
        return database.read(entities -> entities.createQuery(
                        "select k, a.username from KeyRecord k, Account a where a.id = k.accountId"
                                + " and k.warned = false and k.expiresAt > :now and k.expiresAt <= :soon"
                                + " order by k.expiresAt",
                        Object[].class)
                .setParameter("now", now.toEpochMilli())
                .setParameter("soon", now.plus(NOTICE).toEpochMilli())
                .setMaxResults(BATCH)
                .getResultList());
    }

    /** Of all nodes one gets true, by JPA's optimistic lock, and tells the key's owner in the same transaction. */
    private boolean claim(String keyId) {
        return database.write(entities -> {
            Optional<KeyRecord> claimed =
                    Optional.ofNullable(entities.find(KeyRecord.class, keyId)).filter(KeyRecord::warn);
            claimed.ifPresent(key -> Optional.ofNullable(entities.find(Account.class, key.accountId()))
                    .ifPresent(owner -> notices.tell(entities, owner, MailKind.API_KEY_EXPIRING, key.parameters())));
            return claimed.isPresent();
        });
    }

    /** Deletes the rows of keys that ended 90 days ago. */
    public void forget() {
        long before = clock.instant().minus(KEPT).toEpochMilli();
        database.write(entities -> entities.createQuery("delete from KeyRecord k where k.expiresAt < :before")
                .setParameter("before", before)
                .executeUpdate());
    }
}
