package com.amplihack.auth.mail;

import com.amplihack.auth.config.Configuration;
import com.amplihack.auth.config.TestSettings;
import com.amplihack.auth.database.Database;
import com.amplihack.auth.metrics.Meters;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;

/** An outbox without a server, and what is in it. */
public final class TestMails {
    private TestMails() {}

    /** As in development, where mail is available. */
    public static Outbox outbox(Database database, InstantSource clock) {
        return new Outbox(
                database, new Configuration(TestSettings.dev(Path.of("/nowhere"), Map.of())), new Meters(), clock);
    }

    /** What waits, the oldest first. */
    public static List<Mail> waiting(Database database) {
        return new OutboxTable(database)
                .due(Instant.parse("2999-01-01T00:00:00Z"), 1_000).stream()
                        .map(OutboxEntry::mail)
                        .toList();
    }
}
