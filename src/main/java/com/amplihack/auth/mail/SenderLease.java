package com.amplihack.auth.mail;

import com.amplihack.auth.database.Database;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.UUID;

/** Says which node sends: one at a time, and another one when its time is over and it has not asked for more. */
@Singleton
class SenderLease {
    private final Database database;
    private final String node = UUID.randomUUID().toString();

    @Inject
    SenderLease(Database database) {
        this.database = database;
    }

    /** Takes or renews the lease; false while another node has it. */
    boolean hold(Instant now, Instant until) {
        return change(
                "update auth_mail_sender set holder = ?, held_until = ? where id = 1 and (holder = ? or held_until < ?)",
                node,
                until.toEpochMilli(),
                node,
                now.toEpochMilli());
    }

    /** Lets another node send at once. */
    void release() {
        change("update auth_mail_sender set held_until = 0 where id = 1 and holder = ?", node);
    }

    private boolean change(String sql, Object... values) {
        return database.write(
                entities -> OutboxTable.query(entities, sql, values).executeUpdate() == 1);
    }
}
